//! `cargo xtask bench`: measurements of the project itself, to be repeated by anyone.

mod all;
mod build;
mod checks;
mod clock;
mod crashes;
mod explorer;
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
        Benchmark::Build => build::run(),
        Benchmark::Checks { lab: name, corpus } => checks::run(name.as_deref().map(lab).transpose()?, corpus),
        Benchmark::Clock { pairs } => clock::run(pairs),
        Benchmark::Crashes { python, repeat, record } => crashes::run(python, repeat, record),
        Benchmark::Explorer { workers, way, span } => {
            explorer::run(&lab3::LAB, workers, way.as_deref(), Duration::from_millis(span))
        }
        Benchmark::Latency { lab: name, rounds, profiles } => {
            latency::run(name.as_deref().map(lab).transpose()?, rounds, profiles)
        }
        Benchmark::Soundness { programs } => soundness::run(programs),
        Benchmark::Wall { lab: name, stages, record } => wall::run(lab(&name)?, stages, record),
        Benchmark::Verdicts { verdicts, record, pairs } => verdicts::run(verdicts, record.then_some(pairs)),
    }
}
