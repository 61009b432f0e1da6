//! Lab 2's judges of tasks: none lost, none done twice, whoever dies.

use shared::baton::Action;
use shared::boards::lab2::{Size, function, tag};

use super::evidence::*;
use super::pills::explains_waiting;
use crate::drive::execution::Ending;
use crate::drive::step::{Step, What};
use crate::judge::common;
use crate::labs::{Finding, FreeRun, Scenario, reports};
use crate::search::Run;
use crate::story::words::worker as w;

pub fn exactly_once(scenario: &Scenario, run: &Run) -> Option<Finding> {
    if scenario.header.roles.iter().any(|r| r.function % function::FLAG == function::DRAIN) {
        return all_put(scenario, run);
    }
    if let Some((at, who)) = gave_up(scenario, run.steps) {
        let message = format!("{} gave up, though nobody died and the inbox was open", w(who));
        return Some(Finding { guilty: vec![at], ..Finding::new(message) });
    }
    // Behind a pill that came too early a task may be left: it must only not be thrown away.
    let excused = |id: u64| feeds_early_pill(scenario) && is_in_inbox(run.model, id);
    if let Some((id, record)) = lost_tasks(scenario, run.model).find(|(id, _)| !excused(*id)) {
        return Some(lost(run, id, record, ""));
    }
    twice(scenario, run.steps)
}

/// Why a task has no whole answer.
fn lost(run: &Run, id: u64, record: Record, story: &str) -> Finding {
    const TAKES: [Action; 3] = [Action::Take, Action::TryTake, Action::Lease];
    let taken = last_moved(run.steps, id, &TAKES);
    let who = taken.map(|at| run.steps[at].worker);
    let killed = run.steps.iter().rposition(|s| matches!(s.what, What::Killed(_)) && Some(s.worker) == who);
    let guilty: Vec<usize> = taken.into_iter().chain(killed).collect();
    let message = match (record, who) {
        _ if is_in_inbox(run.model, id) && killed.is_some() => {
            format!("task {id} came back into the inbox, and nobody is left to do it")
        }
        _ if is_in_inbox(run.model, id) => {
            format!("task {id} is lost: it is left in the inbox, and nobody is there to do it")
        }
        (Record::Half, _) => format!("the record of task {id} is half written, and nobody does it again"),
        (Record::Wrong, _) => format!("the answer of task {id} is wrong"),
        (_, None) => format!("task {id} is lost: it never came into the inbox, or nobody took it"),
        (_, Some(who)) if killed.is_some() => format!("task {id} is lost: {} took it along", w(who)),
        (_, Some(who)) => format!("task {id} is lost: {} took it and recorded no answer", w(who)),
    };
    Finding { guilty, ..Finding::new(format!("{story}{message}")) }
}

fn twice(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    Size::of(&scenario.header).ids().find_map(|id| {
        let [first, second, ..] = solved(steps, id)[..] else { return None };
        let message = format!("task {id} was done twice, though nobody died");
        Some(Finding { guilty: vec![first, second], ..Finding::new(message) })
    })
}

/// What the producers left in the inbox: every task once, and none behind the pill that sends the last worker home.
fn all_put(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    if *run.ending != Ending::Complete {
        return Some(Finding::new("a producer waits for ever"));
    }
    let drain = scenario.workers() - 1;
    let left: Vec<(usize, u64)> =
        reports(run.steps, drain).filter(|(_, t, _)| *t == tag::LEFT).map(|(at, _, word)| (at, word)).collect();
    for id in size.ids() {
        match left.iter().filter(|(_, word)| *word == id + 1).count() {
            1 => {}
            0 => return Some(Finding::new(format!("task {id} was never put into the inbox"))),
            n => return Some(Finding::new(format!("task {id} was put into the inbox {n} times"))),
        }
    }
    let mut pills = left.iter().filter(|(_, word)| *word == 0);
    let (last, _) = *pills.nth(size.workers as usize - 1)?;
    let (behind, word) = *left.iter().find(|(at, word)| *word > 0 && *at > last)?;
    let (task, workers) = (word - 1, size.workers);
    let message = format!("task {task} is lost: {workers} pills lie before it, and there are only {workers} workers");
    Some(Finding { guilty: vec![last, behind], ..Finding::new(message) })
}

pub fn worker_killed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    // What goes wrong without a kill is the business of other checks.
    let (killed, victim) = grader_kill(run.steps)?;
    if supervisor_killed(run.steps) {
        return None;
    }
    let story = format!("{} was killed; ", w(victim));
    // The given feeder does not wait: a task that came back behind the others' pills is not the worker's fault.
    let excused = |id: u64| is_fed(scenario) && is_in_inbox(run.model, id);
    let lost_task = lost_tasks(scenario, run.model).find(|(id, _)| !excused(*id));
    if let Some((id, record)) = lost_task {
        return Some(lost(run, id, record, &story));
    }
    if let Some((at, who)) = gave_up(scenario, run.steps) {
        let message = format!("{story}{} gave up, though another worker was left", w(who));
        return Some(Finding { guilty: vec![killed, at], ..Finding::new(message) });
    }
    if matches!(run.ending, Ending::Complete) || explains_waiting(scenario, run) {
        return None;
    }
    let layout = (super::super::LAB.layout)(&scenario.header);
    common::refuse(run.steps, run.ending, Some(run.model), &layout)
}

pub fn free_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let auditor = scenario.workers() - 1;
    let counted = |tag: u64| run.reports[auditor].iter().find(|(t, _)| *t == tag).map(|(_, count)| *count);
    let Some(missing) = counted(tag::MISSING) else {
        return Some(Finding::new("nobody looked at the answers: the run ended early"));
    };
    let said = [
        (missing, "have no answer"),
        (counted(tag::HALF)?, "have half a record"),
        (counted(tag::WRONG)?, "have a wrong answer"),
        (counted(tag::TASKS_LEFT)?, "are left in the inbox"),
    ];
    let bad = said.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let mut bad: Vec<String> = bad.collect();
    if let Some(pills) = counted(tag::PILLS_LEFT).filter(|count| *count > 0) {
        bad.push(format!("and {pills} pills are left"));
    }
    (!bad.is_empty()).then(|| Finding::new(format!("of {} tasks {}", size.tasks, bad.join(", "))))
}
