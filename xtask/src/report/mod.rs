//! Results, rendered: for terminals, for programs.

#[cfg(target_os = "linux")]
pub mod class;
pub mod machine;
pub mod result;
pub mod results;
pub mod terminal;
