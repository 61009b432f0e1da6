//! The command line.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::cmd::{self, Source};
#[cfg(target_os = "linux")]
use crate::grade::jail::Level;
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
#[command(name = "xtask", bin_name = "cargo xtask", after_help = FIRST_STEPS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps, with lab3 as the example:
  cargo xtask check lab3 --solution    what a pass looks like
  cargo xtask run lab3 --baseline raw  guess, then see a program that is wrong and nearly always goes well
  cargo xtask watch lab3               edit labs/lab3/src/flag.rs beside it; each save is checked
  cargo xtask hint lab3                when you are stuck: hints for the first check that failed
  cargo xtask status                   how far you are

`cargo xtask help COMMAND` explains one command.";

#[derive(Subcommand)]
enum Command {
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
    },
    #[cfg(target_os = "linux")]
    /// Grade a class: one folder or archive a submission, none of them trusted.
    Grade(Grade),
    #[cfg(target_os = "linux")]
    /// Write what students get (handout), or what a grading service takes (gradescope, classroom).
    Export {
        /// What.
        kind: cmd::export::Kind,
        /// The lab, for a service.
        lab: Option<String>,
        /// A folder that is not there yet, or is empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    #[cfg(target_os = "linux")]
    #[command(name = "__judge", hide = true)]
    Judge {
        lab: String,
        #[arg(long)]
        binary: PathBuf,
        #[arg(long)]
        reference: Option<PathBuf>,
        #[arg(long)]
        seed: u64,
        #[arg(last = true)]
        fence: Vec<std::ffi::OsString>,
    },
    /// Measure one of the lecture's experiments on this machine: a table, a document, a plot.
    Experiment(cmd::experiment::Options),
    /// What one operation of every mechanism costs on this machine.
    Prices(cmd::prices::Options),
    /// Measure the project itself: its benchmarks against their targets and their record, or one thing by name.
    Bench(cmd::bench::Options),
    /// Render the book's figures and numbers from docs/data; `--measure` records this machine's first.
    Book(cmd::book::Options),
    /// Print a script that completes `cargo xtask …` in your shell.
    Completions {
        /// The shell.
        #[arg(value_parser = cmd::completions::SHELLS)]
        shell: String,
    },
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
                Some(found.ok_or_else(|| usage(labs::unknown(lab, "baseline", &name, &known)))?)
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

#[cfg(target_os = "linux")]
#[derive(Args)]
struct Grade {
    /// The lab.
    lab: String,
    /// The folder of submissions.
    class: PathBuf,
    /// The folder of results: `class.json`, `grades.csv`, `report.html`. Grading again goes on where it stopped.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Submissions at a time; as many as processors, when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only the i-th of n shares of the class, and no tables: several machines share a folder of results.
    #[arg(long, value_name = "I/N", conflicts_with = "merge", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Grade nothing; write the tables from the results that are there.
    #[arg(long)]
    merge: bool,
    /// Only this level of the jail, and no other.
    #[arg(long, value_name = "LEVEL", value_parser = ["L1", "L2"])]
    sandbox: Option<String>,
    /// Run submissions with all your rights. Only for code that you trust as your own.
    #[arg(long, conflicts_with = "sandbox")]
    unsandboxed: bool,
    /// Leave out the wall clock.
    #[arg(long)]
    no_timing: bool,
    /// Seed of everything random; the class draws its own, when left out.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A document for each submission in the form of this service, too.
    #[arg(long, value_name = "SERVICE")]
    also: Vec<crate::report::class::Service>,
    /// Print the class's document on standard output.
    #[arg(long)]
    json: bool,
}

#[cfg(target_os = "linux")]
impl Grade {
    fn options(self) -> Result<cmd::grade::Options> {
        if !self.class.is_dir() {
            return Err(usage(format!("{}: there is no such folder", self.class.display())));
        }
        let levels = match (self.unsandboxed, self.sandbox.as_deref()) {
            (true, _) => vec![Level::None],
            (_, Some("L2")) => vec![Level::L2],
            (_, Some(_)) => vec![Level::L1],
            (_, None) => vec![Level::L2, Level::L1],
        };
        Ok(cmd::grade::Options {
            class: self.class,
            out: self.out,
            jobs: self.jobs.map(usize::from),
            shard: self.shard,
            merge: self.merge,
            levels,
            no_timing: self.no_timing,
            seed: self.seed,
            json: self.json,
            also: self.also,
        })
    }
}

#[cfg(target_os = "linux")]
/// `2/5`: the second of five.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    numbers.filter(|(i, n)| (1..=*n).contains(i)).ok_or_else(|| format!("`{text}` is no share such as 2/5"))
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
        | Command::Reset { lab: name } => lab(&name).map(drop),
        Command::Run { lab: name, whose, .. } => whose.source(lab(&name)?).map(drop),
        Command::Replay { lab: name, schedule, whose, .. } => {
            let lab = lab(&name)?;
            whose.source(lab)?;
            cmd::replay::understands(lab, &schedule)
        }
        Command::Hint { lab: name, check, .. } => cmd::hint::understands(lab(&name)?, check.as_deref()),
        Command::Experiment(options) => options.understands(),
        _ => Ok(()),
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

/// Refuses a file whose folder is missing before anything is built or run for it.
fn can_write(option: &str, file: Option<&Path>) -> Result<()> {
    let folder = file.and_then(Path::parent).filter(|f| !f.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(missing) => Err(usage(format!("{option}: there is no folder {}", missing.display()))),
        None => Ok(()),
    }
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
        #[cfg(target_os = "linux")]
        Command::Selftest { lab: Some(name), json, .. } if name == "attacks" => cmd::attacks::run(json),
        Command::Selftest { lab: name, repeat, json } => {
            cmd::selftest::run(name.as_deref().map(lab).transpose()?, repeat, json)
        }
        #[cfg(target_os = "linux")]
        Command::Grade(grade) => {
            let lab = lab(&grade.lab)?;
            cmd::grade::run(lab, &grade.options()?)
        }
        #[cfg(target_os = "linux")]
        Command::Export { kind, lab: name, out } => cmd::export::run(kind, name.as_deref().map(lab).transpose()?, &out),
        #[cfg(target_os = "linux")]
        Command::Judge { lab: name, binary, reference, seed, fence } => {
            cmd::judge::run(cmd::judge::Order { lab: lab(&name)?, binary, reference, seed, fence })
        }
        Command::Experiment(options) => cmd::experiment::run(&options),
        Command::Prices(options) => cmd::prices::run(&options),
        Command::Bench(options) => cmd::bench::run(options),
        Command::Book(options) => cmd::book::run(&options),
        Command::Completions { shell } => {
            print!("{}", cmd::completions::script(&shell, &self::command()));
            Ok(Code::Pass)
        }
        Command::Starters { check } => cmd::starters::run(check),
    }
}
