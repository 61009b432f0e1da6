//! `cargo xtask bench latency`: what a check spends its time on, from the keystroke to the verdict, for each lab's solution; and
//! what another profile of the student's crate would change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::assess;
use crate::cli::Code;
use crate::labs::{LABS, Lab};
use crate::measured::keep;
use crate::measured::latency::{Cost, FILE, PROFILES_FILE, Record, Row};
use crate::report::machine;
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::submit::compile::{self, Toolkit};
use crate::submit::reference;
use crate::submit::stage::{self, Submission};
use crate::submit::workspace::{self, Scratch};
use crate::timing::{gate, pairs};

const SEED: u64 = 7;

/// What a check does, one after the other. The compiler's three parts are differences of runs that stop earlier.
const PHASES: [&str; 8] = ["cargo", "toolkit", "types", "code", "link", "explore", "wall", "machine"];

/// What the student's crate could be compiled with; the first is what it is compiled with.
const PROFILES: [(&str, &[&str]); 8] = [
    ("as it is", &[]),
    ("opt-level 0", &["-Copt-level=0"]),
    ("opt-level 1", &["-Copt-level=1"]),
    ("opt-level 3", &["-Copt-level=3"]),
    ("16 codegen units", &["-Ccodegen-units=16"]),
    ("line tables", &["-Cdebuginfo=line-tables-only"]),
    ("all debuginfo", &["-Cdebuginfo=2"]),
    ("incremental", &["-Cincremental"]),
];

/// Shows a table of the phases of one lab, or of all; with `profiles` that of the profiles instead. Keeps it if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: Option<&'static Lab>, rounds: u32, profiles: bool, record: bool) -> Result<Code> {
    let started = Started::now();
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let columns: Vec<&str> = if profiles { PROFILES.iter().map(|(name, _)| *name).collect() } else { PHASES.to_vec() };
    let toolkit = compile::toolkit()?;
    let mut rows = Vec::new();
    for lab in labs {
        eprintln!("{} …", lab.name);
        let one = |_| if profiles { edits(lab, &toolkit) } else { check(lab) };
        let samples: Vec<Vec<Cost>> = (0..rounds).map(one).collect::<Result<_>>()?;
        rows.push(Row::of(lab.name, &samples, !profiles)?);
    }
    let name = lab.map_or(String::new(), |lab| format!(" {}", lab.name));
    let flag = if profiles { " --profiles" } else { "" };
    let provenance = started.here(&format!("cargo xtask bench latency{name}{flag} --rounds {rounds}"));
    let columns = columns.into_iter().map(str::to_owned).collect();
    let done = Record { schema: SCHEMA, provenance, rounds, columns, rows };
    print!("{}", done.table());
    println!("{}", legend(profiles));
    println!("Medians of {rounds}: milliseconds on the clock / of processors, all processes together.");
    if record {
        keep(if profiles { PROFILES_FILE } else { FILE }, &done)?;
    }
    Ok(Code::Pass)
}

fn legend(profiles: bool) -> &'static str {
    match profiles {
        true => "Compiling the solution and exploring it, with other settings for the student's crate.",
        false => "A check of the solution. After a wrong edit there is no wall clock, and fewer explorations.",
    }
}

/// What something cost, and what it gave.
fn timed<T>(what: impl FnOnce() -> Result<T>) -> Result<(Cost, T)> {
    let (cpu, started) = (gate::own_cpu()?, Instant::now());
    let given = what()?;
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    Ok((Cost { wall: ms(started.elapsed()), cpu: ms(gate::own_cpu()? - cpu) }, given))
}

/// One check of a solution, phase by phase.
fn check(lab: &'static Lab) -> Result<Vec<Cost>> {
    let (cargo, ()) = timed(runner)?;
    let (find, toolkit) = timed(compile::toolkit)?;
    let staged = Staged::new(lab, &toolkit)?;
    let [types, code, all] =
        [&["--emit=metadata"][..], &["--emit=obj"], &[]].map(|words| timed(|| staged.rustc(words)));
    let (types, code, all) = (types?.0, code?.0, all?.0);
    let without = |more: Cost, less: Cost| Cost { wall: more.wall - less.wall, cpu: more.cpu - less.cpu };
    let (explore, _) = timed(|| assess::assess(lab, &staged.binary, SEED, &mut |_| {}))?;
    let reference = reference::program(lab, &toolkit)?;
    let (wall, _) = timed(|| pairs::confirm(lab, &staged.binary, &reference, SEED))?;
    let (machine, _) = timed(|| Ok(machine::describe()))?;
    Ok(vec![cargo, find, types, without(code, types), without(all, code), explore, wall, machine])
}

/// An edit to its last exploration, once with each of the profiles.
fn edits(lab: &'static Lab, toolkit: &Toolkit) -> Result<Vec<Cost>> {
    let staged = Staged::new(lab, toolkit)?;
    let one = |settings: &[&str]| -> Result<Cost> {
        let kept = format!("-Cincremental={}", staged.scratch.path.join("incremental").display());
        let settings: Vec<&str> = settings.iter().map(|s| if *s == "-Cincremental" { &kept } else { *s }).collect();
        if settings.contains(&kept.as_str()) {
            // What the edit before has left behind.
            staged.rustc(&settings)?;
            staged.edit()?;
        }
        let (cost, _) = timed(|| {
            staged.rustc(&settings)?;
            assess::assess(lab, &staged.binary, SEED, &mut |_| {})
        })?;
        Ok(cost)
    };
    PROFILES.iter().map(|(_, settings)| one(settings)).collect()
}

/// `cargo xtask`, until the runner has read its command line.
fn runner() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).args(["run", "--quiet", "--package", "xtask"]);
    command.arg("--target-dir").arg(workspace::target()?).args(["--", "--help"]);
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("starting cargo")?;
    ensure!(status.success(), "`cargo xtask --help` failed");
    Ok(())
}

/// A solution, staged to be compiled more than once.
struct Staged<'t> {
    lab: &'static Lab,
    toolkit: &'t Toolkit,
    scratch: Scratch,
    binary: PathBuf,
}

impl<'t> Staged<'t> {
    fn new(lab: &'static Lab, toolkit: &'t Toolkit) -> Result<Self> {
        let scratch = Scratch::new(lab.name)?;
        let submission = Submission::new(&workspace::solution(lab), lab);
        stage::stage(lab, &submission, &scratch.path)?.map_err(anyhow::Error::msg)?;
        let binary = scratch.path.join(lab.name);
        Ok(Staged { lab, toolkit, scratch, binary })
    }

    fn rustc(&self, settings: &[&str]) -> Result<()> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let partial = settings.iter().any(|s| s.starts_with("--emit"));
        let to = if partial { self.scratch.path.join("part") } else { self.binary.clone() };
        let mut command = Command::new(rustc);
        command.args(compile::arguments(self.lab, self.toolkit, &self.scratch.path, &to, "src")).args(settings);
        let output = command.stdin(Stdio::null()).output().context("starting rustc")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the solution of {} does not compile: {words}", self.lab.name);
        Ok(())
    }

    /// A change in code that runs: a function that does one thing more.
    fn edit(&self) -> Result<()> {
        let file = self.lab.student_files.iter().map(Path::new).find(|f| f.extension().is_some_and(|e| e == "rs"));
        let path = self.scratch.path.join(file.context("a student edits a source file")?);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        std::fs::write(&path, edited(&text)?).with_context(|| format!("writing {}", path.display()))
    }
}

/// The source with one statement more at the beginning of its first public function.
fn edited(source: &str) -> Result<String> {
    let body = source.find("pub fn ").and_then(|at| Some(at + source[at..].find("{\n")? + 2));
    let (before, after) = source.split_at(body.context("the solution has a public function")?);
    Ok(format!("{before}    std::hint::black_box(1);\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_in_code_that_runs() {
        let text = edited("struct S {\n}\npub fn f(\n    n: u64,\n) -> u64 {\n    n\n}\n").expect("a function");
        assert_eq!(text, "struct S {\n}\npub fn f(\n    n: u64,\n) -> u64 {\n    std::hint::black_box(1);\n    n\n}\n");
        assert!(edited("fn private() {\n}\n").is_err());
    }
}
