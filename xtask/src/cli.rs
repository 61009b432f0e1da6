//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::cmd;
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

fn lab(name: &str) -> Result<&'static Lab> {
    labs::find(name).map_err(|sentence| Usage(sentence).into())
}

fn dispatch(command: Command) -> Result<Code> {
    match command {
        Command::Check(check) => {
            if let Some(path) = check.path.as_ref().filter(|p| !p.is_dir()) {
                return Err(Usage(format!("--path {}: there is no such folder", path.display())).into());
            }
            if check.path.is_some() && check.lab.is_none() {
                return Err(Usage("--path needs a lab: `cargo xtask check lab3 --path DIR`".into()).into());
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
    }
}
