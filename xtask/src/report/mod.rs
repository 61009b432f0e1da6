//! Results, rendered: for terminals, for programs.

pub mod machine;
pub mod place;
pub mod progress;
pub mod result;
pub mod results;
pub mod terminal;
