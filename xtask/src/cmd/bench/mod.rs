//! `cargo xtask bench`: measurements of the project itself, to be repeated by anyone.

mod all;
mod clock;
mod crashes;
mod explorer;
mod soundness;
mod verdicts;

use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::cli::Code;
use crate::labs::lab3;

/// What is measured; without a name, the benchmarks of `docs/data/bench.json`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    what: Option<Bench>,
    /// End with exit code 1 when something became worse than recorded.
    #[arg(long)]
    compare: bool,
    /// Keep the result as the record.
    #[arg(long, conflicts_with = "compare")]
    record: bool,
    /// Rounds: ratios of each benchmark.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(6..=1_000))]
    rounds: u32,
}

/// One thing to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// The virtual clock beside the wall clock, for programs whose speeds differ.
    Clock {
        /// Pairs of runs a program.
        #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        pairs: u32,
    },
    /// One process is killed: are the others told, do they go on, do they wait for ever? Each case with a deadline.
    Crashes {
        /// Python's originals too (needs python3).
        #[arg(long)]
        python: bool,
        /// How often each case of ours is played; the slowest counts.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        repeat: u32,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
    /// Executions a second of the explorer, alone and beside a program that spins on the same processor.
    Explorer {
        /// Only with so many workers.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=4))]
        workers: Option<u32>,
        /// Only this way.
        #[arg(long, value_name = "WAY", value_parser = explorer::WAYS)]
        way: Option<String>,
        /// Milliseconds a measurement.
        #[arg(long, value_name = "MS", default_value_t = 1_500, value_parser = clap::value_parser!(u64).range(100..=60_000))]
        span: u64,
    },
    /// The reduction against plain enumeration, on random programs.
    Soundness {
        /// How many programs.
        #[arg(long, value_name = "N", default_value_t = 20_000)]
        programs: u64,
    },
    /// How often the timing verdict is wrong, beside other methods: on recorded pairs of runs and on invented ones.
    Verdicts {
        /// Verdicts a method, program and load.
        #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
        verdicts: u32,
        /// Record the pairs anew first, into docs/data/pairs.json: some ten minutes, best on a quiet machine.
        #[arg(long)]
        record: bool,
        /// Pairs to record a program and load.
        #[arg(long, value_name = "N", default_value_t = 30, requires = "record",
              value_parser = clap::value_parser!(u32).range(10..=1_000))]
        pairs: u32,
    },
}

/// Measures.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(options: Options) -> Result<Code> {
    let Some(bench) = options.what else { return all::run(options.rounds as usize, options.compare, options.record) };
    match bench {
        Bench::Clock { pairs } => clock::run(pairs),
        Bench::Crashes { python, repeat, record } => crashes::run(python, repeat, record),
        Bench::Explorer { workers, way, span } => {
            explorer::run(&lab3::LAB, workers, way.as_deref(), Duration::from_millis(span))
        }
        Bench::Soundness { programs } => soundness::run(programs),
        Bench::Verdicts { verdicts, record, pairs } => verdicts::run(verdicts, record.then_some(pairs)),
    }
}
