//! Lab 5's judge of the mechanisms: a comparison is worth something only if each architecture is what it is called.

use shared::baton::{Action, NO_OBJECT};
use shared::boards::lab5::Size;

use super::evidence::{TASKS, TOTAL_LOCK, architecture, not_once, solved, workers};
use crate::drive::step::Step;
use crate::labs::{Finding, Scenario};
use crate::search::clock::Timed;
use crate::story::words::worker as w;

pub fn uses_mechanism(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let steps = &timed.steps;
    let own = || match architecture(scenario) {
        "pure_parallel" => shares(scenario, steps),
        "queue_heavy" => big_messages(scenario, steps),
        _ => few_locks(scenario, steps).or_else(|| solves_under_the_lock(steps)),
    };
    // Who takes many tasks at once leaves others idle: the cause is the better message.
    not_once(scenario, steps).or_else(own).or_else(|| idle(scenario, steps))
}

/// A worker that does less than half of its share.
fn idle(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let (tasks, count) = (Size::of(&scenario.header).tasks, workers(scenario));
    let fair = tasks / count as u64;
    (0..count).find_map(|worker| {
        let own = solved(steps).filter(|(_, w, ..)| *w == worker).count() as u64;
        let name = architecture(scenario);
        (own < fair / 2).then(|| {
            Finding::new(format!("`{name}`: {} solves {own} of {tasks} tasks; its share would be {fair}", w(worker)))
        })
    })
}

/// An operation on the board between a worker's first and last task.
fn shares(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let mut shared = 0;
    for worker in 0..workers(scenario) {
        let own = || solved(steps).filter(|(_, w, ..)| *w == worker).map(|(at, ..)| at);
        let (Some(first), Some(last)) = (own().next(), own().last()) else { continue };
        let talks = |step: &&Step| step.worker == worker && step.op().is_some_and(|op| op.object != NO_OBJECT);
        shared += steps[first..last].iter().filter(talks).count();
    }
    (shared > 0)
        .then(|| Finding::new(format!("`pure_parallel`: {shared} operations on the board between tasks; budget 0")))
}

fn big_messages(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let tasks = Size::of(&scenario.header).tasks as usize;
    let takes = |step: &&Step| {
        let op = step.op().filter(|op| op.object == TASKS);
        step.items > 0 && op.is_some_and(|op| matches!(op.action, Action::Take | Action::TryTake | Action::Lease))
    };
    let messages = steps.iter().filter(takes).count();
    let largest = steps.iter().filter(takes).map(|step| step.items).max().unwrap_or(0);
    let text =
        format!("`queue_heavy`: {tasks} tasks in {messages} messages of up to {largest}; asked: one message a task");
    (messages < tasks).then(|| Finding::new(text))
}

fn few_locks(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let tasks = Size::of(&scenario.header).tasks as usize;
    let takes = |step: &&Step| step.op().is_some_and(|op| op.action == Action::Lock && op.object == TOTAL_LOCK);
    let locks = steps.iter().filter(takes).count();
    let text = format!("`shared_lock`: {tasks} tasks and {locks} lock acquisitions; asked: one for each task's answer");
    (locks < tasks).then(|| Finding::new(text))
}

fn solves_under_the_lock(steps: &[Step]) -> Option<Finding> {
    let mut holder = None;
    for step in steps {
        let Some(op) = step.op() else { continue };
        match op.action {
            Action::Lock if op.object == TOTAL_LOCK => holder = Some(step.worker),
            Action::Unlock if op.object == TOTAL_LOCK => holder = None,
            Action::Compute if holder == Some(step.worker) => {
                let message = format!("`shared_lock`: {} solves task {} while it holds the lock", w(step.worker), op.b);
                return Some(Finding::new(format!("{message}: the others wait for its work")));
            }
            _ => {}
        }
    }
    None
}
