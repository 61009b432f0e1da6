//! Results, rendered: for terminals, for programs.

#[cfg(target_os = "linux")]
pub mod class;
pub mod data;
pub mod machine;
pub mod place;
pub mod progress;
pub mod provenance;
pub mod result;
pub mod results;
pub mod terminal;
