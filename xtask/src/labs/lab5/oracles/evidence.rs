//! What lab 5's judges read out of the steps.

use shared::baton::Action;
use shared::boards::lab5::{Size, function, question, tag};

use crate::drive::step::{Step, What};
use crate::judge::common;
use crate::labs::{Finding, Scenario, reports};
use crate::story::words::worker as w;

/// The queue of tasks: the objects are numbered in the order of the board's layout.
pub const TASKS: u32 = 0;
/// The total's lock.
pub const TOTAL_LOCK: u32 = 1;
/// The total.
pub const TOTAL: u32 = 2;
/// The flag.
pub const STOP: u32 = 3;

/// Tasks solved: (place in the steps, worker, task, answer).
pub fn solved(steps: &[Step]) -> impl Iterator<Item = (usize, usize, u64, u64)> + '_ {
    steps.iter().enumerate().filter_map(|(at, step)| {
        let op = step.op().filter(|op| op.action == Action::Compute && op.a == question::SOLVE)?;
        Some((at, step.worker, op.b, step.result))
    })
}

/// The name of the function that the workers of this scenario run.
pub fn architecture(scenario: &Scenario) -> &'static str {
    match scenario.header.roles[0].function % function::BASELINE {
        function::PURE => "pure_parallel",
        function::QUEUE => "queue_heavy",
        function::LOCK => "shared_lock",
        _ => "quiet",
    }
}

/// The workers that solve tasks.
pub fn workers(scenario: &Scenario) -> usize {
    Size::of(&scenario.header).workers as usize
}

/// A task that nobody solved, that two solved, or that does not exist.
pub fn not_once(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let (tasks, name) = (Size::of(&scenario.header).tasks, architecture(scenario));
    let mut first = vec![None; tasks as usize];
    for (at, worker, task, _) in solved(steps) {
        let who = w(worker);
        let Some(before) = first.get_mut(task as usize) else {
            let message = format!("`{name}`: {who} solves task {task}, but the last one is {}", tasks - 1);
            return Some(Finding { guilty: vec![at], ..Finding::new(message) });
        };
        if let Some(before) = before.replace(at) {
            let message = format!("`{name}`: task {task} is solved twice");
            return Some(Finding { guilty: vec![before, at], ..Finding::new(message) });
        }
    }
    let lost = first.iter().position(Option::is_none)?;
    let many = first.iter().filter(|at| at.is_none()).count();
    let others = if many > 1 { format!(", nor {} others", many - 1) } else { String::new() };
    Some(Finding::new(format!("`{name}`: task {lost} of 0 to {} is never solved{others}", tasks - 1)))
}

/// What a worker reported last under a tag.
pub fn told(steps: &[Step], worker: usize, wanted: u64) -> Option<u64> {
    reports(steps, worker).filter(|(_, tag, _)| *tag == wanted).last().map(|(_, _, value)| value)
}

/// Both results where the workers give them: the parts returned against what each solved, the total against all of it.
pub fn wrong_result(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let name = architecture(scenario);
    let sum_of = |worker| solved(steps).filter(|(_, w, ..)| *w == worker).map(|(.., answer)| answer).sum::<u64>();
    for worker in 0..workers(scenario) {
        let Some(part) = told(steps, worker, tag::PART) else { continue };
        let sum = sum_of(worker);
        if part != sum {
            let message = format!("`{name}`: the answers of {} add up to {sum}, but it returns {part}", w(worker));
            return Some(Finding::new(message));
        }
    }
    let all: u64 = solved(steps).map(|(.., answer)| answer).sum();
    let total = told(steps, scenario.workers() - 1, tag::TOTAL)?;
    (total != all).then(|| {
        let message = format!("`{name}`: the answers add up to {all}, but `total` is {total} in the end");
        match overwritten(steps) {
            None => Finding::new(message),
            Some((read, write, worker)) => Finding {
                because: format!("{} wrote at {{1}} what it had worked out from what it read at {{0}}.", w(worker)),
                guilty: vec![read, write],
                ..Finding::new(message)
            },
        }
    })
}

/// A write of the total by a worker whose last look at it somebody else's write had made out of date.
fn overwritten(steps: &[Step]) -> Option<(usize, usize, usize)> {
    let on_total =
        |step: &Step, wanted: &[Action]| step.op().is_some_and(|op| op.object == TOTAL && wanted.contains(&op.action));
    let writes = |step: &Step| on_total(step, &[Action::Store, Action::StoreRelease, Action::FetchAdd]);
    let reads = |step: &Step| on_total(step, &[Action::Load, Action::LoadAcquire]);
    steps.iter().enumerate().filter(|(_, step)| writes(step)).find_map(|(write, step)| {
        let read = steps[..write].iter().rposition(|s| s.worker == step.worker && reads(s))?;
        let overtaken = steps[read..write].iter().any(|s| s.worker != step.worker && writes(s));
        overtaken.then_some((read, write, step.worker))
    })
}

/// What is to be said about the panic of a worker that answers questions, `call` being what it was asked.
pub fn panicked(steps: &[Step], worker: usize, call: &str) -> Option<Finding> {
    steps.iter().filter(|step| step.worker == worker).find_map(|step| match &step.what {
        What::Panicked(text) if text.contains(common::UNTOUCHED) => Some(common::not_started()),
        What::Panicked(text) => Some(Finding::new(format!("{call} panicked: {text}"))),
        _ => None,
    })
}
