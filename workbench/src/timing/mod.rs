//! The grader's wall clock, and how far to trust it.

pub mod simulate;
pub mod verdicts;
pub mod wall;

pub use grader::timing::*;
