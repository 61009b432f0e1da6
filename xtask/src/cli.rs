//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::cmd::{self, Source};
use crate::labs::{self, Lab};
use crate::story::schedule::USUAL_SEED;

/// How the runner ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Passed.
    Pass = 0,
    /// Failed.
    Fail = 1,
    /// The command line was not understood.
    Usage = 2,
    /// Passed, but the speed was not confirmed (only with `--strict`).
    NotConfirmed = 3,
    /// The project's own fault: a broken install, no space.
    Ours = 4,
}

/// Coordination labs: check your work, see what went wrong, replay it.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Grade a lab: every interleaving of your processes, then speed.
    Check(Check),
    /// Run a lab's scenario once, free: who worked, who waited. With a baseline, its shortest failure too.
    Run {
        /// The lab: `lab3`, `3` or its topic.
        lab: String,
        #[command(flatten)]
        whose: Whose,
        /// How many workers search.
        #[arg(long, value_name = "N", default_value_t = labs::FREE_WORKERS,
              value_parser = clap::value_parser!(u64).range(1..=labs::MOST_FREE_WORKERS))]
        workers: u64,
        /// Seed of everything random.
        #[arg(long, value_name = "N", default_value_t = USUAL_SEED)]
        seed: u64,
    },
    /// Take one interleaving again, step by step: one that `check` reported, or one you wrote.
    Replay {
        /// The lab.
        lab: String,
        /// For example `one-winner:1122`: worker 1 twice, then worker 2 twice; `k1` kills worker 1; `1x5.2` counts.
        schedule: String,
        #[command(flatten)]
        whose: Whose,
        /// Draw it too, as a page in this file.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Hints for a failing check, one rung at a time.
    Hint {
        /// The lab.
        lab: String,
        /// The check; the first that failed last time, when left out.
        check: Option<String>,
        /// Show all rungs up to this one.
        #[arg(long, value_name = "N")]
        rung: Option<usize>,
    },
    /// Bring a lab's starter back; your file is kept under another name.
    Reset {
        /// The lab.
        lab: String,
    },
    /// Grade the corpus of right and wrong submissions: does the grader say of each what it should?
    Selftest {
        /// The lab; all, when left out.
        lab: Option<String>,
        /// Grade each submission so many times.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        repeat: u32,
        /// Print one JSON document on standard output, all else on standard error.
        #[arg(long)]
        json: bool,
    },
    /// What one operation of every mechanism costs on this machine.
    Prices(cmd::prices::Options),
    /// Measure the project itself: its benchmarks against their targets and their record, or one thing by name.
    Bench(cmd::bench::Options),
    /// Generate the starters from the solutions.
    Starters {
        /// Change nothing; fail if one is out of date.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args)]
struct Whose {
    /// The solution's functions instead of yours.
    #[arg(long, conflicts_with_all = ["path", "baseline"])]
    solution: bool,
    /// The functions of the student files in this folder.
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// The given baseline's functions, by the baseline's name.
    #[arg(long, value_name = "NAME", conflicts_with = "path")]
    baseline: Option<String>,
}

impl Whose {
    fn source(self, lab: &Lab) -> Result<Source> {
        if let Some(path) = self.path.as_ref().filter(|p| !p.is_dir()) {
            return Err(usage(format!("--path {}: there is no such folder", path.display())));
        }
        let baseline = match self.baseline {
            None => None,
            Some(name) => {
                let known: Vec<&str> = lab.baselines.iter().map(|(n, _)| *n).collect();
                let found = lab.baselines.iter().find(|(n, _)| *n == name).map(|(_, offset)| *offset);
                let sentence = format!("{} has no baseline `{name}`; it has {}", lab.name, known.join(", "));
                Some(found.ok_or_else(|| usage(sentence))?)
            }
        };
        Ok(Source { solution: self.solution, path: self.path, baseline })
    }
}

#[derive(Args)]
struct Check {
    /// The lab: `lab3`, `3` or its topic. All labs, when left out.
    lab: Option<String>,
    /// Check the solution instead of your files.
    #[arg(long, conflicts_with = "path")]
    solution: bool,
    /// Check the student files in this folder.
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Leave out the wall clock.
    #[arg(long)]
    no_timing: bool,
    /// Exit with code 3 when everything passed but the speed was not confirmed.
    #[arg(long)]
    strict: bool,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = USUAL_SEED)]
    seed: u64,
    /// Print one JSON document on standard output, all else on standard error.
    #[arg(long)]
    json: bool,
}

/// Reads the command line and does what it says.
pub fn main() -> Code {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Code::Usage } else { Code::Pass };
        }
    };
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            error.downcast_ref::<Usage>().map_or(Code::Ours, |_| Code::Usage)
        }
    }
}

/// A mistake on the command line.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A sentence about a mistake on the command line, as an error that ends with exit code 2.
pub fn usage(sentence: String) -> anyhow::Error {
    Usage(sentence).into()
}

fn lab(name: &str) -> Result<&'static Lab> {
    labs::find(name).map_err(usage)
}

fn dispatch(command: Command) -> Result<Code> {
    match command {
        Command::Check(check) => {
            if let Some(path) = check.path.as_ref().filter(|p| !p.is_dir()) {
                return Err(usage(format!("--path {}: there is no such folder", path.display())));
            }
            if check.path.is_some() && check.lab.is_none() {
                return Err(usage("--path needs a lab: `cargo xtask check lab3 --path DIR`".into()));
            }
            let found = check.lab.as_deref().map(lab).transpose()?;
            let options = cmd::check::Options {
                solution: check.solution,
                path: check.path,
                no_timing: check.no_timing,
                strict: check.strict,
                seed: check.seed,
                json: check.json,
            };
            cmd::check::run(found, &options)
        }
        Command::Run { lab: name, whose, workers, seed } => {
            let lab = lab(&name)?;
            cmd::run::run(lab, &whose.source(lab)?, workers, seed)
        }
        Command::Replay { lab: name, schedule, whose, html } => {
            let lab = lab(&name)?;
            let folder = html.as_ref().and_then(|file| file.parent()).filter(|f| !f.as_os_str().is_empty());
            if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
                return Err(usage(format!("--html: there is no folder {}", missing.display())));
            }
            cmd::replay::run(lab, &schedule, &whose.source(lab)?, html.as_deref())
        }
        Command::Hint { lab: name, check, rung } => cmd::hint::run(lab(&name)?, check.as_deref(), rung),
        Command::Reset { lab: name } => cmd::reset::run(lab(&name)?),
        Command::Selftest { lab: name, repeat, json } => {
            cmd::selftest::run(name.as_deref().map(lab).transpose()?, repeat, json)
        }
        Command::Prices(options) => cmd::prices::run(&options),
        Command::Bench(options) => cmd::bench::run(options),
        Command::Starters { check } => cmd::starters::run(check),
    }
}
