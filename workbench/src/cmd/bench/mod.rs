//! `cargo xtask bench`: measurements of the project itself, to be repeated by anyone.

mod all;
mod build;
mod checks;
mod clock;
mod crashes;
mod explorer;
#[cfg(target_os = "linux")]
mod grading;
mod latency;
mod soundness;
mod verdicts;
mod wall;

use std::time::Duration;

use anyhow::Result;

use crate::cli::workbench::{Bench, Benchmark};
use crate::cli::{Code, lab};
use crate::labs::lab3;

/// Measures.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(options: Bench) -> Result<Code> {
    let Some(bench) = options.what else { return all::run(options.rounds as usize, options.compare, options.record) };
    match bench {
        Benchmark::Build { record } => build::run(record),
        Benchmark::Checks { lab: name, corpus, record } => {
            checks::run(name.as_deref().map(lab).transpose()?, corpus, record)
        }
        Benchmark::Clock { pairs, record } => clock::run(pairs, record),
        Benchmark::Crashes { python, repeat, record } => crashes::run(python, repeat, record),
        Benchmark::Explorer { workers, way, span, record } => {
            let (way, span) = (way.as_deref(), Duration::from_millis(span));
            explorer::run(&lab3::LAB, &explorer::Options { workers, way, span, record })
        }
        #[cfg(target_os = "linux")]
        Benchmark::Grading { record } => grading::run(record),
        Benchmark::Latency { lab: name, rounds, profiles, record } => {
            latency::run(name.as_deref().map(lab).transpose()?, rounds, profiles, record)
        }
        Benchmark::Soundness { programs, record } => soundness::run(programs, record),
        Benchmark::Wall { lab: name, stages, record } => wall::run(lab(&name)?, stages, record),
        Benchmark::Verdicts { verdicts, record, pairs } => verdicts::run(verdicts, record.then_some(pairs)),
    }
}
