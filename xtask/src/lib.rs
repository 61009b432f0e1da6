//! The grader: drives the student's real processes, explores their interleavings, judges from the steps it granted.

pub mod assess;
pub mod benchmarks;
pub mod book;
pub mod cli;
pub mod cmd;
pub mod crashes;
pub mod drive;
pub mod experiment;
#[cfg(target_os = "linux")]
pub mod grade;
pub mod interrupt;
pub mod judge;
pub mod labs;
pub mod platform;
pub mod plot;
pub mod predict;
pub mod prices;
pub mod report;
pub mod search;
pub mod story;
pub mod submit;
pub mod timeline;
pub mod timing;
