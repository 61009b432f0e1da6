//! `cargo xtask replay`: takes a given schedule again, step by step, judges it, and draws it when asked to.

use std::path::Path;

use anyhow::{Context, Result};

use super::Source;
use crate::assess;
use crate::cli::{Code, usage};
use crate::drive::execution::{Execution, PATIENCE, Setting};
use crate::drive::processes::Processes;
use crate::labs::{self, Check, Finding, Lab, Scenario};
use crate::search::{Run, replay};
use crate::story::picture::{self, Picture};
use crate::story::schedule::{self, Schedule};
use crate::story::words::{self, Line};
use crate::submit::compile;

/// The check and scenario that a schedule's name begins with.
fn scenario(lab: &'static Lab, name: &str, seed: u64) -> Option<(&'static Check, Scenario)> {
    lab.checks.iter().find_map(|check| {
        let found = (check.scenarios)(seed).into_iter().find(|s| s.name == name)?;
        Some((check, found))
    })
}

type EveryJudge = fn(&Scenario, &Run) -> Option<Finding>;

/// What a schedule's name asks for, or what is wrong with it.
fn wanted(lab: &'static Lab, text: &str) -> Result<(Schedule, &'static Check, EveryJudge, Scenario)> {
    let explored = || lab.checks.iter().filter(|c| c.judge.of_every().is_some());
    let first = explored().next().map_or("", |c| c.id);
    let wanted = schedule::parse(text, first).map_err(usage)?;
    let Some((check, scenario)) = scenario(lab, &wanted.scenario, wanted.seed) else {
        let known: Vec<&str> = explored().flat_map(|c| (c.scenarios)(7)).map(|s| s.name).collect();
        return Err(usage(labs::unknown(lab, "scenario", &wanted.scenario, &known)));
    };
    let Some(judge) = check.judge.of_every() else {
        return Err(usage(format!(
            "`{}` runs on the virtual clock: it has one schedule, and `check` shows it",
            check.id
        )));
    };
    if let Some(choice) = wanted.choices.iter().find(|c| c.worker() >= scenario.workers()) {
        let (asked, there) = (choice.worker() + 1, scenario.workers());
        return Err(usage(format!("the schedule names worker {asked}, but `{}` has {there} workers", scenario.name)));
    }
    Ok((wanted, check, judge, scenario))
}

/// Whether a schedule can be read, and its scenario is there.
///
/// # Errors
/// What is wrong with it.
pub fn understands(lab: &'static Lab, text: &str) -> Result<()> {
    wanted(lab, text).map(drop)
}

/// Replays `text` on the program of `source`; the picture goes to the file `html`.
///
/// # Errors
/// When the schedule cannot be read, or something of ours fails.
pub fn run(lab: &'static Lab, text: &str, source: &Source, html: Option<&Path>) -> Result<Code> {
    let (wanted, check, judge, mut scenario) = wanted(lab, text)?;
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
    let finding =
        check.judge.refuse(run.steps, run.ending, Some(run.model), &layout).or_else(|| judge(&scenario, &run));
    let lines = words::story(lab, &layout, run.steps);
    let guilty = finding.as_ref().map_or(&[][..], |f| &f.guilty[..]);
    println!("{}, {} workers:", scenario.name, scenario.workers());
    print!("{}", words::render(&lines, guilty));
    if skipped > 0 {
        println!("  {skipped} of the schedule's turns were not possible and were left out");
    }
    let verdict = verdict(check, finding.as_ref(), &lines);
    println!("{}", verdict.message);
    if !verdict.because.is_empty() {
        println!("  {}", verdict.because);
    }
    if let Some(file) = html {
        let name = schedule::name(&wanted);
        let picture = Picture {
            title: &format!("{}, {}", lab.name, lab.title),
            message: &verdict.message,
            because: &verdict.because,
            schedule: &name,
            command: &format!("cargo xtask replay {} {name}{}", lab.name, source.flags(lab)),
            lines: &lines,
            steps: run.steps,
            layout: &layout,
            guilty,
            workers: scenario.workers(),
        };
        write(file, &picture::html(&picture))?;
        println!("Picture: {}", file.display());
    }
    Ok(verdict.code)
}

struct Verdict {
    code: Code,
    message: String,
    because: String,
}

fn verdict(check: &Check, finding: Option<&Finding>, lines: &[Line]) -> Verdict {
    let id = check.id;
    let (code, message) = match finding {
        Some(finding) if finding.not_started => (Code::Fail, format!("TODO {id}: not started yet")),
        Some(finding) => (Code::Fail, format!("FAIL {id}: {}", finding.message)),
        None => (Code::Pass, format!("PASS {id}: nothing is wrong with this interleaving")),
    };
    let because = finding.filter(|f| !f.not_started).map(|f| words::number_steps(&f.because, &f.guilty, lines));
    Verdict { code, message, because: because.unwrap_or_default() }
}

/// Writes a page; who has the old one open sees the old one or the new one, never half of one.
fn write(file: &Path, page: &str) -> Result<()> {
    let mut fresh = file.as_os_str().to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    let written = std::fs::write(&fresh, page).and_then(|()| std::fs::rename(&fresh, file));
    if written.is_err() {
        // What is left of the attempt is of no use; that it cannot be removed either is not what went wrong.
        let _ = std::fs::remove_file(&fresh);
    }
    written.with_context(|| format!("writing the picture {}", file.display()))
}
