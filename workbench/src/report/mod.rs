//! The grader's results, and what else is rendered: the documents of a class, records of measurements.

#[cfg(target_os = "linux")]
pub mod class;
pub mod data;
pub mod provenance;

pub use grader::report::*;
