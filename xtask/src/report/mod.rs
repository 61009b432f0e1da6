//! Results, rendered: for terminals, for programs.

pub mod class;
pub mod machine;
pub mod result;
pub mod results;
pub mod terminal;
