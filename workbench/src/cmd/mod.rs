//! The commands, one file each.

#[cfg(target_os = "linux")]
pub mod attacks;
pub mod bench;
pub mod book;
pub mod experiment;
#[cfg(target_os = "linux")]
pub mod export;
#[cfg(target_os = "linux")]
pub mod grade;
#[cfg(target_os = "linux")]
pub mod judge;
pub mod prices;
pub mod selftest;

use anyhow::Result;
use grader::cli::workbench::Workbench;
pub use grader::cmd::{Source, check, starters};

use crate::cli::{Code, lab, usage};

/// Does what the command line says.
///
/// # Errors
/// When an argument is wrong, or something of ours fails.
pub fn run(command: Workbench) -> Result<Code> {
    match command {
        #[cfg(target_os = "linux")]
        Workbench::Selftest { lab: Some(name), json, record, .. } if name == "attacks" => attacks::run(json, record),
        Workbench::Selftest { record: true, .. } => {
            Err(usage("only the attacks are counted in a record: `cargo xtask selftest attacks --record`".into()))
        }
        Workbench::Selftest { lab: name, repeat, json, .. } => {
            selftest::run(name.as_deref().map(lab).transpose()?, repeat, json)
        }
        #[cfg(target_os = "linux")]
        Workbench::Grade(grade) => {
            let lab = lab(&grade.lab)?;
            grade::run(lab, &grade::options(grade)?)
        }
        #[cfg(target_os = "linux")]
        Workbench::Export { kind, lab: name, out } => export::run(kind, name.as_deref().map(lab).transpose()?, &out),
        #[cfg(target_os = "linux")]
        Workbench::Judge { lab: name, binary, reference, seed, fence } => {
            judge::run(judge::Order { lab: lab(&name)?, binary, reference, seed, fence })
        }
        Workbench::Experiment(options) => experiment::run(&options),
        Workbench::Prices(options) => prices::run(&options),
        Workbench::Bench(options) => bench::run(options),
        Workbench::Book(options) => book::run(&options),
    }
}
