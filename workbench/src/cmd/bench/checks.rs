//! `cargo xtask bench checks`: what the checks that explore cost. A student waits for them, and a class pays for them, so each
//! must be complete within [`LIMIT`] of processor time.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use crate::assess;
use crate::cli::Code;
use crate::cmd::selftest;
use crate::labs::{Check, Kind, LABS, Lab};
use crate::measured::checks::{FILE, LIMIT, Record, Row, SOLUTION};
use crate::measured::keep;
use crate::report::provenance::Started;
use crate::report::result::{SCHEMA, Status};
use crate::story::schedule::USUAL_SEED;
use crate::submit::compile::{self, Toolkit};
use crate::submit::reference;
use crate::submit::stage::Submission;
use crate::submit::workspace;
use crate::timing::gate;

/// Shows each check's cost for the solution, and with `corpus` for the submission that costs most and all that are too dear. Fails
/// when one is incomplete or above the limit. Keeps the costs if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: Option<&'static Lab>, corpus: bool, record: bool) -> Result<Code> {
    let started = Started::now();
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let toolkit = compile::toolkit()?;
    assess::pin_here();
    let mut rows = Vec::new();
    for lab in labs {
        eprintln!("{} …", lab.name);
        rows.extend(costs(lab, SOLUTION, &reference::program(lab, &toolkit)?)?);
        if corpus {
            rows.extend(dearest(lab, &toolkit)?);
        }
    }
    let name = lab.map_or(String::new(), |lab| format!(" {}", lab.name));
    let flag = if corpus { " --corpus" } else { "" };
    let provenance = started.here(&format!("cargo xtask bench checks{name}{flag}"));
    let done = Record { schema: SCHEMA, provenance, corpus, rows };
    print!("{}", done.table());
    println!(
        "CPU: user and system, grader and workers together; at most {} s. The wall depends on who else runs.",
        LIMIT.as_secs()
    );
    if record {
        keep(FILE, &done)?;
    }
    Ok(if done.rows.iter().all(|row| row.remark().is_empty()) { Code::Pass } else { Code::Fail })
}

fn explores(check: &&'static Check) -> bool {
    matches!(check.kind, Kind::Explore | Kind::Crash)
}

/// What every check that explores costs for one program.
fn costs(lab: &'static Lab, program: &str, binary: &Path) -> Result<Vec<Row>> {
    lab.checks.iter().filter(explores).map(|check| cost(lab, check, program, binary)).collect()
}

fn cost(lab: &'static Lab, check: &'static Check, program: &str, binary: &Path) -> Result<Row> {
    let (cpu, started) = (gate::own_cpu()?, Instant::now());
    let result = assess::one(lab, check, binary, USUAL_SEED, &|_| {})?;
    let (cpu, wall) = ((gate::own_cpu()? - cpu).as_secs_f64(), started.elapsed().as_secs_f64());
    let explored = result.explored.as_ref();
    Ok(Row {
        lab: lab.name.to_owned(),
        check: check.id.to_owned(),
        program: program.to_owned(),
        executions: explored.map_or(0, |e| e.executions),
        // A search ends at its first finding: that is all there is to say then.
        complete: explored.is_some_and(|e| e.complete) || result.status == Status::Fail,
        cpu,
        wall,
    })
}

/// Of each check the submission of the corpus that costs most, and every one that is incomplete or above the limit.
fn dearest(lab: &'static Lab, toolkit: &Toolkit) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for folder in selftest::submissions(&workspace::root().join("xtask/corpus").join(lab.name))? {
        rows.extend(submission(lab, &folder, toolkit)?);
    }
    Ok(worth_showing(rows))
}

fn worth_showing(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|a, b| b.cpu.total_cmp(&a.cpu));
    let mut seen = HashSet::new();
    rows.retain(|row| seen.insert(row.check.clone()) || !row.remark().is_empty());
    rows
}

/// A submission that does not build has nothing to explore.
fn submission(lab: &'static Lab, folder: &Path, toolkit: &Toolkit) -> Result<Vec<Row>> {
    let parts: Vec<_> = folder.iter().rev().take(2).collect();
    let name = parts.into_iter().rev().collect::<PathBuf>().display().to_string();
    match compile::compile(lab, &Submission::new(folder, lab), toolkit, false)? {
        Ok(program) => costs(lab, &name, &program.binary),
        Err(_) => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_of_each_check_is_shown_and_nothing_that_is_too_dear_or_incomplete_hides_behind_it() {
        let row = |check: &str, program: &str, complete: bool, cpu: f64| Row {
            lab: "lab3".into(),
            check: check.into(),
            program: program.into(),
            executions: 1,
            complete,
            cpu,
            wall: cpu,
        };
        let shown = worth_showing(vec![
            row("a", "cheap", true, 0.1),
            row("a", "dear", true, 2.5),
            row("a", "dearest", true, 9.0),
            row("b", "cheap and incomplete", false, 0.2),
            row("b", "usual", true, 0.3),
        ]);
        let names: Vec<&str> = shown.iter().map(|row| row.program.as_str()).collect();
        assert_eq!(names, ["dearest", "dear", "usual", "cheap and incomplete"]);
    }
}
