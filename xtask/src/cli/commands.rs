//! The command line of a student's loop, for clap: each command, its options, its help.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use super::usage;
use super::workbench::Workbench;
use crate::cmd::Source;
use crate::labs::{self, Lab};
use crate::story::schedule::USUAL_SEED;

/// Coordination labs: check your work, see what went wrong, replay it.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", after_help = FIRST_STEPS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const FIRST_STEPS: &str = "\
First steps, with lab3 as the example:
  cargo xtask check lab3 --solution    what a pass looks like
  cargo xtask run lab3 --baseline raw  guess, then see a program that is wrong and nearly always goes well
  cargo xtask watch lab3               edit labs/lab3/src/flag.rs beside it; each save is checked
  cargo xtask hint lab3                when you are stuck: hints for the first check that failed
  cargo xtask status                   how far you are

`cargo xtask help COMMAND` explains one command.";

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Grade a lab: every interleaving of your processes, then speed.
    #[command(after_help = "\
Each check is one line: PASS, FAIL, TODO (not started) or SKIP (something it needs has not passed). A FAIL shows the
shortest order of steps that goes wrong, the place in your file, and the commands that help.

Exit codes: 0 pass, 1 fail, 2 a mistake on the command line, 3 passed but speed not confirmed (only with --strict),
4 a fault of the project or the machine.")]
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
        /// Run it so many times, and say what came out how often (20 times for lab0, else once).
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        repeat: Option<u32>,
        /// Seed of everything random.
        #[arg(long, value_name = "N", default_value_t = USUAL_SEED)]
        seed: u64,
        /// Draw who worked, waited and talked, as a page in this file.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write every operation to this file, for https://ui.perfetto.dev.
        #[arg(long, value_name = "FILE")]
        perfetto: Option<PathBuf>,
        /// Print one JSON document on standard output, all else on standard error; ask nothing.
        #[arg(long)]
        json: bool,
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
    /// Check again after every save, until Ctrl-C, `q` or the end of the input. Without the wall clock.
    Watch {
        /// The lab; whichever is saved, when left out.
        lab: Option<String>,
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
    /// How far each lab is, and what to do next.
    Status {
        /// Print one JSON document on standard output.
        #[arg(long)]
        json: bool,
    },
    /// Bring a lab's starter back; your file is kept under another name.
    Reset {
        /// The lab.
        lab: String,
    },
    /// Classes, measurements, the book.
    #[command(flatten)]
    Workbench(Workbench),
    /// Print a script that completes `cargo xtask …` in your shell.
    Completions {
        /// The shell.
        #[arg(value_parser = crate::cmd::completions::SHELLS)]
        shell: String,
    },
    /// Generate the starters from the solutions.
    Starters {
        /// Change nothing; fail if one is out of date.
        #[arg(long)]
        check: bool,
    },
}

/// Whose functions a command works on.
#[derive(Args)]
pub struct Whose {
    /// The solution's functions instead of yours.
    #[arg(long, conflicts_with_all = ["path", "baseline"])]
    pub solution: bool,
    /// The functions of the student files in this folder.
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// The given baseline's functions, by the baseline's name.
    #[arg(long, value_name = "NAME", conflicts_with = "path")]
    pub baseline: Option<String>,
}

impl Whose {
    /// The folder or baseline meant.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn source(self, lab: &Lab) -> Result<Source> {
        if let Some(path) = self.path.as_ref().filter(|p| !p.is_dir()) {
            return Err(usage(format!("--path {}: there is no such folder", path.display())));
        }
        let baseline = match self.baseline {
            None => None,
            Some(name) => {
                let known: Vec<&str> = lab.baselines.iter().map(|(n, _)| *n).collect();
                let found = lab.baselines.iter().find(|(n, _)| *n == name).map(|(_, offset)| *offset);
                Some(found.ok_or_else(|| usage(labs::unknown(lab, "baseline", &name, &known)))?)
            }
        };
        Ok(Source { solution: self.solution, path: self.path, baseline })
    }
}

/// How to check.
#[derive(Args)]
pub struct Check {
    /// The lab: `lab3`, `3` or its topic. All labs, when left out.
    pub lab: Option<String>,
    /// Check the solution instead of your files.
    #[arg(long, conflicts_with = "path")]
    pub solution: bool,
    /// Check the student files in this folder.
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// Leave out the wall clock.
    #[arg(long)]
    pub no_timing: bool,
    /// Exit with code 3 when everything passed but the speed was not confirmed.
    #[arg(long)]
    pub strict: bool,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = USUAL_SEED)]
    pub seed: u64,
    /// Print one JSON document on standard output, all else on standard error.
    #[arg(long)]
    pub json: bool,
}
