//! The virtual clock as a model of the wall clock: the same question to both, student over reference.
//!
//! They need not agree: the virtual clock gives every worker a processor of its own and prices each operation the same
//! everywhere; the wall clock runs on what there is. `cargo xtask bench clock` shows how far apart they are.

use std::path::Path;

use anyhow::Result;

use crate::drive::execution::{Ending, PATIENCE, Setting};
use crate::drive::processes::Processes;
use crate::labs::{Kind, Lab, Scenario};
use crate::search::clock;
use crate::search::tariff::TARIFF;

/// The makespan of one program over that of the other, in the scenario of the lab's first virtual check. `None` when the lab
/// has none, or one of them does not end.
///
/// # Errors
/// Only when something of ours fails.
pub fn virtual_ratio(lab: &Lab, student: &Path, reference: &Path, seed: u64) -> Result<Option<f64>> {
    let Some(check) = lab.checks.iter().find(|check| check.kind == Kind::Virtual) else { return Ok(None) };
    let Some(scenario) = (check.scenarios)(seed).into_iter().next() else { return Ok(None) };
    let (own, other) = (makespan(lab, &scenario, student)?, makespan(lab, &scenario, reference)?);
    Ok(own.zip(other).map(|(own, other)| own as f64 / other as f64))
}

/// Virtual nanoseconds until the last worker ended; `None` when one did not.
fn makespan(lab: &Lab, scenario: &Scenario, binary: &Path) -> Result<Option<u64>> {
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let mut machine = Processes::launch(binary, &scenario.header, &layout)?;
    let timed = clock::run(&mut machine, &setting, &TARIFF, scenario.compute_ns)?;
    Ok(matches!(timed.ending, Ending::Complete).then_some(timed.makespan))
}
