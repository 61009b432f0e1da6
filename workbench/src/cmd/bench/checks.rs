//! `cargo xtask bench checks`: what the checks that explore cost. A student waits for them, and a class pays for them, so each
//! must be complete within [`LIMIT`] of processor time: user and system, grader and workers together.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::assess;
use crate::cli::Code;
use crate::cmd::selftest;
use crate::labs::{Check, Kind, LABS, Lab};
use crate::report::result::{CheckResult, Status};
use crate::story::schedule::USUAL_SEED;
use crate::submit::compile::{self, Toolkit};
use crate::submit::reference;
use crate::submit::stage::Submission;
use crate::submit::workspace;
use crate::timing::gate;

/// What one check may cost.
const LIMIT: Duration = Duration::from_secs(2);

/// One check of one program.
struct Cost {
    check: &'static Check,
    program: String,
    result: CheckResult,
    cpu: Duration,
    wall: Duration,
}

/// Shows each check's cost for the solution, and with `corpus` for the submission that costs most. Fails when one is
/// incomplete or above the limit.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: Option<&'static Lab>, corpus: bool) -> Result<Code> {
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let toolkit = compile::toolkit()?;
    assess::pin_here();
    println!("{:<6}{:<22}{:<32}{:>11}{:>9}{:>9}  ", "lab", "check", "program", "executions", "CPU s", "wall s");
    let mut good = true;
    for lab in labs {
        let solution = costs(lab, "the solution", &reference::program(lab, &toolkit)?)?;
        let dearest = if corpus { dearest(lab, &toolkit)? } else { Vec::new() };
        for cost in solution.iter().chain(&dearest) {
            good &= show(lab, cost);
        }
    }
    println!(
        "CPU: user and system, grader and workers together; at most {} s. The wall depends on who else runs.",
        LIMIT.as_secs()
    );
    Ok(if good { Code::Pass } else { Code::Fail })
}

fn explores(check: &&'static Check) -> bool {
    matches!(check.kind, Kind::Explore | Kind::Crash)
}

/// What every check that explores costs for one program.
fn costs(lab: &'static Lab, program: &str, binary: &Path) -> Result<Vec<Cost>> {
    let one = |check: &'static Check| {
        let (cpu, started) = (gate::own_cpu()?, Instant::now());
        let result = assess::one(lab, check, binary, USUAL_SEED, &|_| {})?;
        Ok(Cost { check, program: program.to_owned(), result, cpu: gate::own_cpu()? - cpu, wall: started.elapsed() })
    };
    lab.checks.iter().filter(explores).map(one).collect()
}

/// Of each check the submission of the corpus that costs most.
fn dearest(lab: &'static Lab, toolkit: &Toolkit) -> Result<Vec<Cost>> {
    let mut dearest: Vec<Cost> = Vec::new();
    for folder in selftest::submissions(&workspace::root().join("xtask/corpus").join(lab.name))? {
        for cost in submission(lab, &folder, toolkit)? {
            match dearest.iter_mut().find(|known| known.check.id == cost.check.id) {
                Some(known) if known.cpu >= cost.cpu => {}
                Some(known) => *known = cost,
                None => dearest.push(cost),
            }
        }
    }
    Ok(dearest)
}

/// A submission that does not build has nothing to explore.
fn submission(lab: &'static Lab, folder: &Path, toolkit: &Toolkit) -> Result<Vec<Cost>> {
    let parts: Vec<_> = folder.iter().rev().take(2).collect();
    let name = parts.into_iter().rev().collect::<PathBuf>().display().to_string();
    match compile::compile(lab, &Submission::new(folder, lab), toolkit, false)? {
        Ok(program) => costs(lab, &name, &program.binary),
        Err(_) => Ok(Vec::new()),
    }
}

/// One line; false when the check is incomplete without a finding, or costs too much.
fn show(lab: &Lab, cost: &Cost) -> bool {
    let explored = cost.result.explored.as_ref();
    // A search ends at its first finding: that is all there is to say then.
    let complete = explored.is_some_and(|e| e.complete) || cost.result.status == Status::Fail;
    let remark = match (complete, cost.cpu <= LIMIT) {
        (false, _) => "INCOMPLETE",
        (true, false) => "TOO MUCH",
        (true, true) => "",
    };
    println!(
        "{:<6}{:<22}{:<32}{:>11}{:>9.2}{:>9.2}  {remark}",
        lab.name,
        cost.check.id,
        cost.program,
        explored.map_or(0, |e| e.executions),
        cost.cpu.as_secs_f64(),
        cost.wall.as_secs_f64()
    );
    remark.is_empty()
}
