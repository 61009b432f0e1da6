//! `cargo xtask bench`: measurements of the project itself, to be repeated by anyone.

mod all;
mod clock;
mod crashes;
mod explorer;
mod soundness;
mod verdicts;
mod wall;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::cli::Code;
use crate::labs::{self, lab3};

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
    /// Executions a second of the explorer.
    Explorer,
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
    /// The wall clock's stage of a check, again and again beside real load: who is judged wrongly, and how long does it take?
    Wall {
        /// The lab.
        #[arg(default_value = "lab3")]
        lab: String,
        /// Stages a program and load.
        #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        stages: u32,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
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
        Bench::Explorer => explorer::run(&lab3::LAB),
        Bench::Soundness { programs } => soundness::run(programs),
        Bench::Wall { lab, stages, record } => {
            let lab = labs::find(&lab).map_err(crate::cli::usage)?;
            wall::run(lab, stages, record)
        }
        Bench::Verdicts { verdicts, record, pairs } => verdicts::run(verdicts, record.then_some(pairs)),
    }
}
