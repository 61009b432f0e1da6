//! The command line.

mod commands;
pub mod workbench;

use std::path::Path;

use anyhow::Result;
use clap::{CommandFactory, Parser};

use crate::cmd;
use crate::labs::{self, Lab};
use commands::{Check, Cli, Command};
use workbench::Workbench;

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

/// Reads the command line and does what it says; `workbench` does what is outside a student's loop.
pub fn main(workbench: fn(Workbench) -> Result<Code>) -> Code {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Code::Usage } else { Code::Pass };
        }
    };
    match dispatch(cli.command, workbench) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            error.downcast_ref::<Usage>().map_or(Code::Ours, |_| Code::Usage)
        }
    }
}

/// The command line, for those who ask what it has.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Whether a command line can be understood: every word of it, and every lab, baseline, folder and schedule that it names.
/// Nothing is run.
///
/// # Errors
/// What is wrong with it.
pub fn understands(words: &[String]) -> Result<()> {
    let cli = Cli::try_parse_from(std::iter::once("xtask").chain(words.iter().map(String::as_str)))?;
    match cli.command {
        Command::Check(Check { lab: Some(name), .. })
        | Command::Watch { lab: Some(name) }
        | Command::Reset { lab: name } => {
            lab(&name)?;
        }
        Command::Run { lab: name, whose, .. } => {
            whose.source(lab(&name)?)?;
        }
        Command::Replay { lab: name, schedule, whose, .. } => {
            let lab = lab(&name)?;
            whose.source(lab)?;
            cmd::replay::understands(lab, &schedule)?;
        }
        Command::Hint { lab: name, check, .. } => cmd::hint::understands(lab(&name)?, check.as_deref())?,
        Command::Workbench(command) => command.names()?,
        _ => {}
    }
    Ok(())
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

/// The lab of this name.
///
/// # Errors
/// When there is none.
pub fn lab(name: &str) -> Result<&'static Lab> {
    labs::find(name).map_err(usage)
}

/// Refuses a file whose folder is missing before anything is built or run for it.
fn can_write(option: &str, file: Option<&Path>) -> Result<()> {
    let folder = file.and_then(Path::parent).filter(|f| !f.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(missing) => Err(usage(format!("{option}: there is no folder {}", missing.display()))),
        None => Ok(()),
    }
}

fn dispatch(command: Command, workbench: fn(Workbench) -> Result<Code>) -> Result<Code> {
    match command {
        Command::Check(options) => check(options),
        Command::Run { lab: name, whose, workers, repeat, seed, html, perfetto, json } => {
            let lab = lab(&name)?;
            can_write("--html", html.as_deref())?;
            can_write("--perfetto", perfetto.as_deref())?;
            let repeat = repeat.unwrap_or(lab.usual_runs());
            let options = cmd::run::Options { workers, repeat, seed, html, perfetto, json };
            cmd::run::run(lab, &whose.source(lab)?, &options)
        }
        Command::Replay { lab: name, schedule, whose, html } => {
            let lab = lab(&name)?;
            can_write("--html", html.as_deref())?;
            cmd::replay::run(lab, &schedule, &whose.source(lab)?, html.as_deref())
        }
        Command::Watch { lab: name } => cmd::watch::run(name.as_deref().map(lab).transpose()?),
        Command::Hint { lab: name, check, rung } => cmd::hint::run(lab(&name)?, check.as_deref(), rung),
        Command::Status { json } => cmd::status::run(json),
        Command::Reset { lab: name } => cmd::reset::run(lab(&name)?),
        Command::Workbench(command) => workbench(command),
        Command::Completions { shell } => {
            print!("{}", cmd::completions::script(&shell, &self::command()));
            Ok(Code::Pass)
        }
        Command::Starters { check } => cmd::starters::run(check),
    }
}

fn check(check: Check) -> Result<Code> {
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
