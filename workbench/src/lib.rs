//! What a student's loop does not need: classes and their jails, measurements, the book. The runner builds it when one of its
//! commands is first used, on top of the grader.

pub mod benchmarks;
pub mod book;
pub mod cmd;
pub mod crashes;
pub mod experiment;
#[cfg(target_os = "linux")]
pub mod grade;
pub mod measured;
pub mod plot;
pub mod prices;
pub mod report;
pub mod timing;

// The grader's modules have their names here too: `crate::labs` are the labs, on either side.
#[cfg(target_os = "linux")]
use grader::judge;
use grader::{assess, cli, drive, labs, search, story, submit};
