//! `cargo xtask replay`: takes a given schedule again, step by step, and judges it.

use anyhow::Result;

use super::Source;
use crate::assess;
use crate::cli::{Code, usage};
use crate::drive::execution::{Execution, PATIENCE, Setting};
use crate::drive::processes::Processes;
use crate::judge::common;
use crate::labs::{Check, Judge, Lab, Scenario};
use crate::search::{Run, replay};
use crate::story::{schedule, words};
use crate::submit::compile;

/// The check and scenario that a schedule's name begins with.
fn scenario(lab: &'static Lab, name: &str, seed: u64) -> Option<(&'static Check, Scenario)> {
    lab.checks.iter().find_map(|check| {
        let found = (check.scenarios)(seed).into_iter().find(|s| s.name == name)?;
        Some((check, found))
    })
}

/// Replays `text` on the program of `source`.
///
/// # Errors
/// When the schedule cannot be read, or something of ours fails.
pub fn run(lab: &'static Lab, text: &str, source: &Source) -> Result<Code> {
    let explored = || lab.checks.iter().filter(|c| matches!(c.judge, Judge::Every(_)));
    let first = explored().next().map_or("", |c| c.id);
    let wanted = schedule::parse(text, first).map_err(usage)?;
    let Some((check, mut scenario)) = scenario(lab, &wanted.scenario, wanted.seed) else {
        let known: Vec<&str> = explored().flat_map(|c| (c.scenarios)(7)).map(|s| s.name).collect();
        let sentence = format!("{} has no scenario `{}`; it has {}", lab.name, wanted.scenario, known.join(", "));
        return Err(usage(sentence));
    };
    let Judge::Every(judge) = check.judge else {
        return Err(usage(format!("`{}` runs on the virtual clock: it has one schedule, and `check` shows it", check.id)));
    };
    if let Some(choice) = wanted.choices.iter().find(|c| c.worker() >= scenario.workers()) {
        let (asked, there) = (choice.worker() + 1, scenario.workers());
        return Err(usage(format!("the schedule names worker {asked}, but `{}` has {there} workers", scenario.name)));
    }
    source.adapt(lab, &mut scenario);
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(&scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    assess::pin_here();
    let mut machine = Processes::launch(&program.binary, &scenario.header, &layout)?;
    let mut execution = Execution::start(&mut machine, &setting)?;
    let (taken, skipped) = replay::play(&mut execution, &wanted.choices)?;
    let ending = execution.ending().expect("played to the end");
    let run = Run { steps: &execution.steps, ending: &ending, model: &execution.model, schedule: &taken };
    let finding = common::refuse(run.steps, run.ending, Some(run.model), &layout).or_else(|| judge(&scenario, &run));
    let lines = words::story(lab, &layout, run.steps);
    let guilty = finding.as_ref().map_or(&[][..], |f| &f.guilty[..]);
    println!("{}, {} workers:", scenario.name, scenario.workers());
    print!("{}", words::render(&lines, guilty));
    if skipped > 0 {
        println!("  {skipped} of the schedule's turns were not possible and were left out");
    }
    Ok(match finding {
        Some(finding) if finding.not_started => {
            println!("TODO {}: not started yet", check.id);
            Code::Fail
        }
        Some(finding) => {
            let because = words::number_steps(&finding.because, &finding.guilty, &lines);
            println!("FAIL {}: {}\n  {because}", check.id, finding.message);
            Code::Fail
        }
        None => {
            println!("PASS {}: nothing is wrong with this interleaving", check.id);
            Code::Pass
        }
    })
}
