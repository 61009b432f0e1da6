//! The command lines of what the package `workbench` does. They are described here, so that help, completion and advice know all
//! commands; what does them is built when one is first used.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use super::{lab, usage};
use crate::labs::did_you_mean;

/// Commands outside a student's loop: classes, measurements, the book.
#[derive(Subcommand)]
pub enum Workbench {
    /// Grade the corpus of right and wrong submissions: does the grader say of each what it should?
    Selftest {
        /// The lab; all, when left out. `attacks`: hostile submissions, at every level of the jail.
        lab: Option<String>,
        /// Grade each submission so many times.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        repeat: u32,
        /// Print one JSON document on standard output, all else on standard error.
        #[arg(long)]
        json: bool,
        /// With `attacks`: keep the counts in docs/data.
        #[arg(long, conflicts_with = "repeat")]
        record: bool,
    },
    #[cfg(target_os = "linux")]
    /// Grade a class: one folder or archive a submission, none of them trusted.
    Grade(Grade),
    #[cfg(target_os = "linux")]
    /// Write what students get (handout), or what a grading service takes (gradescope, classroom).
    Export {
        /// What.
        kind: Export,
        /// The lab, for a service.
        lab: Option<String>,
        /// A folder that is not there yet, or is empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    #[cfg(target_os = "linux")]
    /// Judge one submission inside its jail.
    #[command(name = "__judge", hide = true)]
    Judge {
        /// The lab.
        lab: String,
        /// The submission's program.
        #[arg(long)]
        binary: PathBuf,
        /// The reference to race against.
        #[arg(long)]
        reference: Option<PathBuf>,
        /// Seed of everything random.
        #[arg(long)]
        seed: u64,
        /// The program that puts another behind the fence.
        #[arg(last = true)]
        fence: Vec<std::ffi::OsString>,
    },
    /// Measure one of the lecture's experiments on this machine: a table, a document, a plot.
    Experiment(Experiment),
    /// What one operation of every mechanism costs on this machine.
    Prices(Prices),
    /// Measure the project itself: its benchmarks against their targets and their record, or one thing by name.
    Bench(Bench),
    /// Render the book's figures and numbers from docs/data; `--measure` records this machine's first.
    Book(Book),
}

/// The lecture's experiments: known here, so that a misspelt name is told before the workbench is built for it.
pub const EXPERIMENTS: [&str; 5] = ["check-interval", "fraud", "crossover", "slowdown", "spectrum"];

impl Workbench {
    /// Whether the labs and experiments that it names are there.
    ///
    /// # Errors
    /// A sentence that names those there are, and the nearest one.
    pub fn names(&self) -> Result<()> {
        let named = match self {
            Workbench::Experiment(Experiment { name, .. }) => return experiment(name),
            #[cfg(target_os = "linux")]
            Workbench::Grade(grade) => Some(&grade.lab),
            #[cfg(target_os = "linux")]
            Workbench::Export { lab, .. } => lab.as_ref(),
            Workbench::Selftest { lab, .. } => lab.as_ref().filter(|name| *name != "attacks"),
            Workbench::Bench(Bench { what: Some(Benchmark::Wall { lab, .. }), .. }) => Some(lab),
            Workbench::Bench(Bench { what: Some(Benchmark::Checks { lab, .. }), .. })
            | Workbench::Bench(Bench { what: Some(Benchmark::Latency { lab, .. }), .. }) => lab.as_ref(),
            _ => None,
        };
        named.map_or(Ok(()), |name| lab(name).map(drop))
    }
}

fn experiment(name: &str) -> Result<()> {
    if EXPERIMENTS.contains(&name) {
        return Ok(());
    }
    let hint = did_you_mean(name, EXPERIMENTS.into_iter());
    Err(usage(format!("there is no experiment `{name}`.{hint} Experiments: {}", EXPERIMENTS.join(", "))))
}

#[cfg(target_os = "linux")]
/// How to grade a class.
#[derive(Args)]
pub struct Grade {
    /// The lab.
    pub lab: String,
    /// The folder of submissions.
    pub class: PathBuf,
    /// The folder of results: `class.json`, `grades.csv`, `report.html`. Grading again goes on where it stopped.
    #[arg(long, value_name = "OUT")]
    pub out: PathBuf,
    /// Submissions at a time; as many as processors, when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Only the i-th of n shares of the class, and no tables: several machines share a folder of results.
    #[arg(long, value_name = "I/N", conflicts_with = "merge", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Grade nothing; write the tables from the results that are there.
    #[arg(long)]
    pub merge: bool,
    /// Only this level of the jail, and no other.
    #[arg(long, value_name = "LEVEL", value_parser = ["L1", "L2"])]
    pub sandbox: Option<String>,
    /// Run submissions with all your rights. Only for code that you trust as your own.
    #[arg(long, conflicts_with = "sandbox")]
    pub unsandboxed: bool,
    /// The most processor seconds that judging one submission may take; an honest one takes a few.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub judge_seconds: u32,
    /// Leave out the wall clock.
    #[arg(long)]
    pub no_timing: bool,
    /// Seed of everything random; the class draws its own, when left out.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A document for each submission in the form of this service, too.
    #[arg(long, value_name = "SERVICE")]
    pub also: Vec<Service>,
    /// Print the class's document on standard output.
    #[arg(long)]
    pub json: bool,
}

#[cfg(target_os = "linux")]
/// `2/5`: the second of five.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    numbers.filter(|(i, n)| (1..=*n).contains(i)).ok_or_else(|| format!("`{text}` is no share such as 2/5"))
}

/// What to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// The workspace for students: no solutions, no corpus.
    Handout,
    /// A zip for Gradescope.
    Gradescope,
    /// A workflow for GitHub Classroom.
    Classroom,
}

/// A service that wants a document of its own for each submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Service {
    /// Gradescope's `results.json`.
    Gradescope,
    /// GitHub Classroom's result.
    Classroom,
}

/// What to measure, and where it goes.
#[derive(Args)]
pub struct Experiment {
    /// `check-interval`, `fraud`, `crossover`, `slowdown` or `spectrum`.
    pub name: String,
    /// Worker processes; each experiment has its own usual number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=16))]
    pub workers: Option<u64>,
    /// Take each sample so many times.
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// A fiftieth of the size: to see that it works. The numbers mean nothing.
    #[arg(long)]
    pub quick: bool,
    /// Print one JSON document on standard output, all else on standard error.
    #[arg(long)]
    pub json: bool,
    /// Write the plot here too.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// What to measure and where to show it.
#[derive(Args)]
pub struct Prices {
    /// Python's originals too (needs python3).
    #[arg(long)]
    pub python: bool,
    /// Print one JSON document on standard output, all else on standard error.
    #[arg(long)]
    pub json: bool,
    /// Rounds: samples of each price.
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rounds: u32,
    /// Keep the result in docs/data, as the list that the documentation shows.
    #[arg(long)]
    pub record: bool,
}

/// What is measured; without a name, the benchmarks of `docs/data/bench.json`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Bench {
    #[command(subcommand)]
    /// One thing by name.
    pub what: Option<Benchmark>,
    /// End with exit code 1 when something became worse than recorded.
    #[arg(long)]
    pub compare: bool,
    /// Keep the result as the record.
    #[arg(long, conflicts_with = "compare")]
    pub record: bool,
    /// Rounds: ratios of each benchmark.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(6..=1_000))]
    pub rounds: u32,
}

/// One thing to measure.
#[derive(Subcommand)]
pub enum Benchmark {
    /// The first builds that somebody waits for, from nothing.
    Build {
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
    /// What the checks that explore cost in processor time; fails above the limit.
    Checks {
        /// The lab; all, when left out.
        lab: Option<String>,
        /// The corpus too: of each check the most expensive submission, and all that are above the limit.
        #[arg(long)]
        corpus: bool,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
    /// The virtual clock beside the wall clock, for programs whose speeds differ.
    Clock {
        /// Pairs of runs a program.
        #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        pairs: u32,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
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
        #[arg(long, value_name = "WAY", value_parser = ["rewound", "forked", "killed", "beside a hog"])]
        way: Option<String>,
        /// Milliseconds a measurement.
        #[arg(long, value_name = "MS", default_value_t = 1_500, value_parser = clap::value_parser!(u64).range(100..=60_000))]
        span: u64,
        /// Keep the result in docs/data.
        #[arg(long, conflicts_with_all = ["workers", "way"])]
        record: bool,
    },
    #[cfg(target_os = "linux")]
    /// What grading a class costs: forty submissions of lab 3's corpus, compiling and judging apart; fails above the limits.
    Grading {
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
    /// What a check spends its time on, from the keystroke to the verdict.
    Latency {
        /// The lab; all, when left out.
        lab: Option<String>,
        /// Rounds: each a check.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        rounds: u32,
        /// From an edit to its last exploration, with other settings for the student's crate.
        #[arg(long)]
        profiles: bool,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
    /// The reduction against plain enumeration, on random programs.
    Soundness {
        /// How many general programs; a tenth as many of each family.
        #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
        programs: u64,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
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
        /// Stages beside each load; a third as many for slow programs.
        #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        stages: u32,
        /// Keep the result in docs/data.
        #[arg(long)]
        record: bool,
    },
}

/// What to do before rendering, and instead of it.
#[derive(Args)]
pub struct Book {
    /// Measure first whatever this machine can tell in reasonable time, and explore the graphs of states again. It says how long
    /// that will take, and what it leaves out.
    #[arg(long, conflicts_with = "check")]
    pub measure: bool,
    /// Explore the graphs of states again, and measure nothing.
    #[arg(long, conflicts_with = "check")]
    pub graphs: bool,
    /// Change nothing; fail when a chapter, figure or page is not what the records say.
    #[arg(long)]
    pub check: bool,
}
