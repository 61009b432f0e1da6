//! The grader's wall clock, and how far to trust it.

pub mod simulate;
pub mod verdicts;

pub use grader::timing::*;
