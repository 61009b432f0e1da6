//! `cargo xtask bench crashes`: one process is killed; what happens to the others?

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::cli::Code;
use crate::crashes::{CASES, Case, Outcome, judge, table};
use crate::prices::observe::{self, answer};
use crate::report::provenance::{self, Provenance};
use crate::report::{data, result};
use crate::submit::pricelab;

/// Whoever still waits then waits for ever: a thousand times longer than it takes to be told.
const DEADLINE: Duration = Duration::from_secs(4);

const ORIGINALS: &str =
    concat!(include_str!("../../prices/python/family.py"), include_str!("../../prices/python/crashes.py"));

/// What `docs/data/crashes.json` holds.
#[derive(Serialize)]
struct Document {
    schema: u32,
    provenance: Provenance,
    python: Option<String>,
    deadline_s: u64,
    repeat: u32,
    here: Vec<(&'static str, Outcome)>,
    python_outcomes: Vec<(&'static str, Outcome)>,
}

/// Plays every case, ours several times, and shows the table. Fails when one of ours is not told in time.
///
/// # Errors
/// Only when something of ours fails, or python3 is missing.
pub fn run(python: bool, repeat: u32, record: bool) -> Result<Code> {
    let version = if python { observe::python_version() } else { None };
    if python && version.is_none() {
        bail!("--python needs python3, and `python3 --version` fails here");
    }
    let lab = pricelab::program()?;
    let here = play(CASES.iter(), repeat, &|case| {
        let mut command = Command::new(&lab);
        command.args(["crash", case.id]);
        command
    })?;
    let theirs = CASES.iter().filter(|_| python);
    let python_outcomes = play(theirs, 1, &|case| {
        let mut command = Command::new("python3");
        command.args(["-I", "-c", ORIGINALS, case.id]);
        command
    })?;
    println!("{}", table::render(&here, &python_outcomes));
    println!("Whoever still waits after {} s hangs. The slowest of {repeat} counts.", DEADLINE.as_secs());
    let good = here.iter().all(|(_, outcome)| outcome.is_good());
    if record {
        let flag = if python { " --python" } else { "" };
        let provenance = provenance::here(&format!("cargo xtask bench crashes{flag} --repeat {repeat}"));
        let (schema, deadline_s) = (result::SCHEMA, DEADLINE.as_secs());
        let document = Document { schema, provenance, python: version, deadline_s, repeat, here, python_outcomes };
        data::write(&data::file("crashes.json"), &serde_json::to_string_pretty(&document)?)?;
    }
    Ok(if good { Code::Pass } else { Code::Fail })
}

fn play<'c>(
    cases: impl Iterator<Item = &'c Case>,
    repeat: u32,
    command: &dyn Fn(&Case) -> Command,
) -> Result<Vec<(&'static str, Outcome)>> {
    let mut outcomes = Vec::new();
    for case in cases {
        let mut worst = judge(case, &answer(&mut command(case), DEADLINE)?);
        for _ in 1..repeat {
            worst = worst.worse(judge(case, &answer(&mut command(case), DEADLINE)?));
        }
        eprintln!("{}: {worst:?}", case.id);
        outcomes.push((case.id, worst));
    }
    Ok(outcomes)
}
