//! Assessing one program: every check of the lab's table, two at a time, each result as soon as it is there.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use shared::region::Layout;

use crate::drive::execution::{PATIENCE, Setting};
use crate::drive::free::{self, FreeEnd};
use crate::drive::machine::Broken;
use crate::drive::processes::Processes;
use crate::drive::step::What;
use crate::labs::{Check, Finding, Judge, Kind, Lab, Scenario};
use crate::platform;
use crate::report::result::{CheckResult, ExploredSummary, Status};
use crate::search::dependence::Rules;
use crate::search::tariff::TARIFF;
use crate::search::{Explored, Found, Limits, Run, bounded, clock, reduced, vacuous};
use crate::story::picture::{self, Picture};
use crate::story::schedule::{self, Schedule};
use crate::story::{minimise, waiting, words};
use crate::submit::stage;

/// Executions that one scenario may take before the search falls back to a bound. A lab's scenarios need a few hundred.
pub const BUDGET: u64 = 20_000;
/// The bound of the fallback, in preemptions.
const FALLBACK_PREEMPTIONS: u32 = 2;

/// Runs all checks of a lab on a program and hands each result to `done` in the order of the table.
///
/// # Errors
/// Only when something of ours fails.
pub fn assess(
    lab: &'static Lab,
    binary: &Path,
    seed: u64,
    done: &mut dyn FnMut(&CheckResult),
) -> Result<Vec<CheckResult>> {
    let slots: Mutex<Vec<Option<CheckResult>>> = Mutex::new(lab.checks.iter().map(|_| None).collect());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let (sender, finished) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for cpu in available_cpus().into_iter().take(2) {
            let (slots, next, sender) = (&slots, &next, sender.clone());
            scope.spawn(move || {
                pin(cpu);
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(check) = lab.checks.get(at) else { return };
                    let unmet = unmet_need(lab, check, &slots.lock().expect("no judge panics"));
                    let result = match unmet {
                        Some(need) => Ok(skipped(check, need)),
                        None => one(lab, check, binary, seed, &|_| {}),
                    };
                    if let Ok(result) = &result {
                        slots.lock().expect("no judge panics")[at] = Some(result.clone());
                    }
                    if sender.send((at, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        in_order(lab, finished, done)
    })
}

type Finished = std::sync::mpsc::Receiver<(usize, Result<CheckResult>)>;

/// Puts the results into the table's order; a check whose need failed while it was running is skipped after all.
fn in_order(lab: &Lab, finished: Finished, done: &mut dyn FnMut(&CheckResult)) -> Result<Vec<CheckResult>> {
    let mut early: Vec<Option<CheckResult>> = lab.checks.iter().map(|_| None).collect();
    let mut shown: Vec<CheckResult> = Vec::new();
    for (at, result) in finished {
        early[at] = Some(result?);
        while let Some(result) = early.get_mut(shown.len()).and_then(Option::take) {
            let check = &lab.checks[shown.len()];
            let settled: Vec<Option<CheckResult>> = shown.iter().cloned().map(Some).collect();
            let result = match unmet_need(lab, check, &settled) {
                Some(need) if result.status != Status::NotStarted => skipped(check, need),
                _ => result,
            };
            done(&result);
            shown.push(result);
        }
    }
    // A check without a result must never count as passed.
    anyhow::ensure!(
        shown.len() == lab.checks.len(),
        "only {} of {} checks gave a result",
        shown.len(),
        lab.checks.len()
    );
    Ok(shown)
}

fn unmet_need(lab: &Lab, check: &Check, results: &[Option<CheckResult>]) -> Option<&'static str> {
    check.needs.iter().copied().find(|need| {
        let at = lab.checks.iter().position(|c| c.id == *need);
        let result = at.and_then(|at| results.get(at)).and_then(Option::as_ref);
        result.is_some_and(|r| r.status != Status::Pass)
    })
}

fn kind_name(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn blank(check: &Check) -> CheckResult {
    CheckResult {
        id: check.id.to_owned(),
        kind: kind_name(check.kind),
        status: Status::Pass,
        score: 0,
        max_score: check.points,
        message: String::new(),
        schedule: None,
        explored: None,
        evidence: json!({}),
        picture: None,
    }
}

fn skipped(check: &Check, need: &str) -> CheckResult {
    CheckResult { status: Status::Skipped, message: format!("needs {need}, which did not pass"), ..blank(check) }
}

/// Runs one check. `adapt` may change each scenario first, for example to call a baseline's functions.
///
/// # Errors
/// Only when something of ours fails.
pub fn one(
    lab: &'static Lab,
    check: &Check,
    binary: &Path,
    seed: u64,
    adapt: &dyn Fn(&mut Scenario),
) -> Result<CheckResult> {
    let started = Instant::now();
    let mut result = blank(check);
    let mut summary = ExploredSummary { executions: 0, complete: true, seconds: 0.0 };
    for mut scenario in (check.scenarios)(seed) {
        adapt(&mut scenario);
        let failed = match check.judge {
            Judge::Every(_) | Judge::EveryEnding(_) => {
                explore(lab, &scenario, binary, &check.judge, &mut summary, &mut result)?
            }
            Judge::Timed(judge) | Judge::TimedEnding(judge) => {
                timed(lab, check, &scenario, binary, judge, &mut result)?
            }
            Judge::Free(judge) => freely(lab, &scenario, binary, &judge, &mut result)?,
            Judge::Told(judge) => freely(lab, &scenario, binary, &|s, run| judge(s, run).err(), &mut result)?,
            Judge::Sheet(file, judge) => {
                let finding = match stage::sheet(binary, file)? {
                    Ok(text) => judge(&text),
                    Err(sentence) => Some(Finding::new(sentence)),
                };
                finding.is_some_and(|f| fail(&mut result, &f))
            }
        };
        if failed {
            break;
        }
    }
    summary.seconds = started.elapsed().as_secs_f64();
    if check.judge.of_every().is_some() {
        if result.status == Status::Pass {
            result.message = explored_words(&summary, result.message);
        }
        result.explored = Some(summary);
    }
    if result.status == Status::Pass {
        result.score = check.points;
    }
    Ok(result)
}

fn explored_words(summary: &ExploredSummary, bound: String) -> String {
    match summary.complete {
        true => format!("all interleavings, {} executions", summary.executions),
        false => bound,
    }
}

/// Marks the result as failed.
fn fail(result: &mut CheckResult, finding: &Finding) -> bool {
    result.status = if finding.not_started { Status::NotStarted } else { Status::Fail };
    result.message.clone_from(&finding.message);
    true
}

fn explore(
    lab: &'static Lab,
    scenario: &Scenario,
    binary: &Path,
    judge: &Judge,
    summary: &mut ExploredSummary,
    result: &mut CheckResult,
) -> Result<bool> {
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let mut machine = Processes::launch(binary, &scenario.header, &layout)?;
    let asked = judge.of_every().expect("only judges of every interleaving come here");
    let refuse =
        |run: &Run| judge.refuse(run.steps, run.ending, Some(run.model), &layout).or_else(|| asked(scenario, run));
    let explored = search(&mut machine, &setting, scenario, &refuse)?;
    summary.executions += explored.executions;
    // A search that ended at its first finding has not seen everything, and does not say so.
    summary.complete &= explored.complete;
    if let Some(why) = explored.diverged {
        let text = "the functions do something that the schedule does not decide";
        return Ok(fail(result, &Finding::new(format!("nondeterministic: {text} ({why})"))));
    }
    let Some(found) = explored.found else {
        if !explored.complete {
            let bound = explored.bound.unwrap_or(0);
            result.message =
                format!("bounded at {bound} preemptions after {} executions: nothing found", explored.executions);
        }
        return Ok(false);
    };
    if found.finding.not_started {
        return Ok(fail(result, &found.finding));
    }
    let victims = scenario.victims;
    // Each execution that hangs takes seconds, and a hang is in one worker's code: no schedule makes it clearer.
    let hangs = found.steps.iter().any(|s| matches!(s.what, What::Broke(Broken::Spinning | Broken::AsleepOutside(_))));
    let found = match hangs {
        true => found,
        false => minimise::shortest(&mut machine, &setting, victims, found, &refuse)?,
    };
    let choices = if hangs { found.schedule.clone() } else { minimise::cut(&mut machine, &setting, &found.schedule)? };
    tell(lab, scenario, &layout, &found, choices, result);
    Ok(true)
}

/// Everything if the budget allows, else everything under a bound.
fn search(
    machine: &mut Processes,
    setting: &Setting,
    scenario: &Scenario,
    refuse: &dyn Fn(&Run) -> Option<Finding>,
) -> Result<Explored<Finding>> {
    let limits = Limits { executions: BUDGET, victims: scenario.victims };
    let mut first = None;
    let mut judge = |run: &Run| {
        first.get_or_insert_with(|| run.steps.to_vec());
        refuse(run)
    };
    let explored = reduced::explore(machine, setting, limits, Rules::ALL, &mut judge)?;
    vacuous::refuse(&explored, &first.unwrap_or_default(), setting.layout, setting.workers)?;
    if explored.complete || explored.found.is_some() || explored.diverged.is_some() {
        return Ok(explored);
    }
    let spent = explored.executions;
    let bounded = bounded::explore(machine, setting, limits, Some(FALLBACK_PREEMPTIONS), &mut |run| refuse(run))?;
    // A bounded search never proves anything: it stays incomplete even when it came to its end.
    Ok(Explored { executions: spent + bounded.executions, complete: false, ..bounded })
}

/// The failing schedule in words, with the name to replay it by.
fn tell(
    lab: &Lab,
    scenario: &Scenario,
    layout: &Layout,
    found: &Found<Finding>,
    choices: Vec<crate::drive::step::Choice>,
    result: &mut CheckResult,
) {
    let lines = words::story(lab, layout, &found.steps);
    let finding = &found.finding;
    let schedule = Schedule { scenario: scenario.name.to_owned(), seed: scenario.header.seed, choices };
    fail(result, finding);
    let (id, name) = (result.id.clone(), schedule::name(&schedule));
    let because = words::number_steps(&finding.because, &finding.guilty, &lines);
    result.picture = Some(picture::html(&Picture {
        title: &format!("{}, {}", lab.name, lab.title),
        message: &format!("FAIL {id}: {}", finding.message),
        because: &because,
        schedule: &name,
        command: &format!("cargo xtask replay {} {name} --path SUBMISSION", lab.name),
        lines: &lines,
        steps: &found.steps,
        layout,
        guilty: &finding.guilty,
        workers: scenario.workers(),
    }));
    result.message += &format!(" ({} workers, found in execution {})", scenario.workers(), found.execution);
    result.schedule = Some(name);
    let numbers: Vec<usize> = finding.guilty.iter().map(|at| words::number_of(&lines, *at)).collect();
    result.evidence = json!({
        "workers": scenario.workers(),
        "found_in_execution": found.execution,
        "story": words::render(&lines, &finding.guilty),
        "because": because,
        "guilty": numbers,
    });
}

type TimedJudge = fn(&Scenario, &clock::Timed) -> Option<Finding>;

fn timed(
    lab: &'static Lab,
    check: &Check,
    scenario: &Scenario,
    binary: &Path,
    judge: TimedJudge,
    result: &mut CheckResult,
) -> Result<bool> {
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let mut machine = Processes::launch(binary, &scenario.header, &layout)?;
    let timed = clock::run(&mut machine, &setting, &TARIFF, scenario.compute_ns)?;
    let broken = check.judge.refuse(&timed.steps, &timed.ending, Some(&timed.model), &layout);
    // A function that answers questions is judged question by question: which one made it panic is what matters.
    let finding = match check.kind {
        Kind::Answer => judge(scenario, &timed).or(broken),
        _ => broken.or_else(|| judge(scenario, &timed)),
    };
    // A makespan that is too long has a story: who waits for what.
    let waiting = waiting::sentence(&layout, &timed).filter(|_| check.kind == Kind::Virtual);
    result.evidence = json!({
        "makespan_ns": timed.makespan, "waited_ns": timed.waited, "computed_ns": timed.computed, "waiting": waiting,
    });
    let failed = finding.is_some_and(|f| fail(result, &f));
    if let Some(waiting) = waiting.filter(|_| failed && result.status == Status::Fail) {
        result.message += &format!("; {waiting}");
    }
    Ok(failed)
}

fn freely(
    lab: &'static Lab,
    scenario: &Scenario,
    binary: &Path,
    judge: &dyn Fn(&Scenario, &crate::labs::FreeRun) -> Option<Finding>,
    result: &mut CheckResult,
) -> Result<bool> {
    let layout = (lab.layout)(&scenario.header);
    let finding = match free::run(binary, scenario, &layout, 0)?.end {
        FreeEnd::Failed(why) => Some(Finding::new(why)),
        FreeEnd::Done(run) => judge(scenario, &run),
    };
    Ok(finding.is_some_and(|f| fail(result, &f)))
}

/// The processors this process may use.
fn available_cpus() -> Vec<usize> {
    platform::usable_cpus()
}

/// Keeps this thread, and the processes it starts, on the first processor it may use.
pub fn pin_here() {
    pin(available_cpus()[0]);
}

/// Keeps this thread, and the processes it starts, on the n-th processor it may use; they take turns when there are fewer.
pub fn pin_nth(n: usize) {
    let cpus = available_cpus();
    pin(cpus[n % cpus.len()]);
}

/// Keeps this thread, and the processes it starts, on one processor: a baton that stays on a core changes hands faster.
fn pin(cpu: usize) {
    platform::pin(cpu);
}
