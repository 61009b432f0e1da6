//! The grader: drives the student's real processes, explores their interleavings, judges from the steps it granted.

pub mod assess;
pub mod cli;
pub mod cmd;
pub mod drive;
pub mod interrupt;
pub mod judge;
pub mod labs;
pub mod platform;
pub mod predict;
pub mod report;
pub mod search;
pub mod story;
pub mod submit;
pub mod timeline;
pub mod timing;
