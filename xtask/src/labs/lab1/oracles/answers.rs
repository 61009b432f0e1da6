//! Lab 1's judges of who answered what: every task, none twice, nobody for ever.

use shared::baton::Action;
use shared::boards::lab1::{Size, function, tag, value_of};
use shared::words::queue::CLOSED;

use super::evidence::{ANSWERS, Given, TASKS, given, is, killed, numbers, solves};
use super::fates;
use crate::drive::step::Step;
use crate::labs::{Finding, FreeRun, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

/// Whether the student's workers take part; else only the feeding is judged.
fn has_workers(scenario: &Scenario) -> bool {
    scenario.header.roles.iter().any(|r| r.function % function::BASELINE == function::WORKER)
}

pub fn exactly_once(scenario: &Scenario, run: &Run) -> Option<Finding> {
    if has_workers(scenario) { answered(scenario, run.steps) } else { fed(scenario, run.steps) }
}

pub fn worker_killed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    answered(scenario, run.steps)
}

/// Nobody waits for ever (that is refused before any judge is asked), nobody is shut out, and not because nobody did
/// anything.
pub fn no_hang(_: &Scenario, run: &Run) -> Option<Finding> {
    let shut_out = |s: &Step| is(s, Action::Put, ANSWERS) && s.result == CLOSED;
    if let Some(at) = run.steps.iter().position(shut_out) {
        let closed = run.steps[..at].iter().position(|s| is(s, Action::Close, ANSWERS))?;
        let (worker, closer) = (w(run.steps[at].worker), w(run.steps[closed].worker));
        let message = format!("{worker} cannot get rid of its answers: {closer} has closed `answers`");
        return Some(Finding { guilty: vec![closed, at], ..Finding::new(message) });
    }
    if !run.steps.iter().any(|s| is(s, Action::Put, TASKS)) {
        return Some(Finding::new("nobody waits, but `feed` did not even try to put a task in"));
    }
    let takes = [Action::Take, Action::TryTake, Action::Lease, Action::IsEmpty];
    let looked = run.steps.iter().any(|s| takes.into_iter().any(|action| is(s, action, TASKS)));
    (!looked).then(|| Finding::new("nobody waits, but no worker even tried to take a task"))
}

/// The tasks that were put in.
pub fn fed_tasks(steps: &[Step]) -> Vec<u64> {
    steps.iter().filter(|s| is(s, Action::Put, TASKS)).flat_map(numbers).collect()
}

/// Every task was put in, once.
pub fn fed(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let tasks = Size::of(&scenario.header).tasks;
    let puts = steps.iter().enumerate().filter(|(_, s)| is(s, Action::Put, TASKS));
    let all: Vec<(usize, u64)> = puts.flat_map(|(at, step)| numbers(step).map(move |n| (at, n))).collect();
    for task in 1..=tasks {
        let places: Vec<usize> = all.iter().filter(|(_, n)| *n == task).map(|(at, _)| *at).collect();
        match places[..] {
            [] => return Some(fates::lost(steps, task)),
            [_] => {}
            [.., last] => {
                let message = format!("task {task} was put into `tasks` {} times", places.len());
                return Some(Finding { guilty: vec![last], ..Finding::new(message) });
            }
        }
    }
    let (at, n) = *all.iter().find(|(_, n)| !(1..=tasks).contains(n))?;
    Some(Finding {
        guilty: vec![at],
        ..Finding::new(format!("task {n} was put into `tasks`, but there is no such task"))
    })
}

/// The tasks that have a right answer.
pub fn answered_tasks(scenario: &Scenario, steps: &[Step]) -> Vec<u64> {
    let tasks = Size::of(&scenario.header).tasks;
    let right = |answer: &Given| false_answer(scenario, steps, tasks, answer).is_none();
    given(steps).iter().filter(|answer| right(answer)).map(|answer| answer.task).collect()
}

/// Every task has one answer, by somebody who solved it; two only if a dead worker had leased it when it answered.
pub fn answered(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    let tasks = Size::of(&scenario.header).tasks;
    let given = given(steps);
    if let Some(finding) = given.iter().find_map(|answer| false_answer(scenario, steps, tasks, answer)) {
        return Some(finding);
    }
    (1..=tasks).find_map(|task| {
        let answers: Vec<&Given> = given.iter().filter(|g| g.task == task).collect();
        match answers[..] {
            [] => Some(fates::lost(steps, task)),
            [_] => None,
            [first, second] if came_back(steps, first, second) => None,
            [first, second, ..] => Some(twice(steps, task, first, second)),
        }
    })
}

/// An answer to a task that does not exist, or that nobody can have worked out.
fn false_answer(scenario: &Scenario, steps: &[Step], tasks: u64, answer: &Given) -> Option<Finding> {
    let Given { at, worker, task, value } = *answer;
    let message = if !(1..=tasks).contains(&task) {
        format!("{} answers task {task}, which does not exist", w(worker))
    } else if !steps[..at].iter().any(|s| s.worker == worker && solves(s, task)) {
        format!("{} answers task {task}, but has not solved it", w(worker))
    } else if value != value_of(scenario.header.seed, task) {
        format!("{}'s answer to task {task} is not what `solve` gave", w(worker))
    } else {
        return None;
    };
    Some(Finding { guilty: vec![at], ..Finding::new(message) })
}

/// Whether the first answer's worker died with the task in its lease, so that another had to answer it again.
fn came_back(steps: &[Step], first: &Given, second: &Given) -> bool {
    let Some(death) = killed(steps).filter(|at| steps[*at].worker == first.worker) else { return false };
    let acknowledged =
        |s: &Step| s.worker == first.worker && is(s, Action::Acknowledge, TASKS) && numbers(s).any(|n| n == first.task);
    second.worker != first.worker && second.at > death && !steps[..death].iter().any(acknowledged)
}

fn twice(steps: &[Step], task: u64, first: &Given, second: &Given) -> Finding {
    let back = |s: &Step| s.worker == first.worker && is(s, Action::GiveBack, TASKS);
    let returned = (first.at..second.at).find(|at| back(&steps[*at]));
    let (because, guilty) = match returned {
        Some(back) => (
            format!("At {{1}} {} dropped its lease without `done`, so the task went back to `tasks`.", w(first.worker)),
            vec![first.at, back, second.at],
        ),
        None => (String::new(), vec![first.at, second.at]),
    };
    let who = if first.worker == second.worker {
        format!("both from {}", w(first.worker))
    } else {
        format!("from {} and {}", w(first.worker), w(second.worker))
    };
    let message = format!("task {task} has two answers, {who}, and nobody died over it");
    Finding { because, guilty, ..Finding::new(message) }
}

/// What the collector of a free run has to say.
pub fn free_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let tasks = Size::of(&scenario.header).tasks;
    let collector = run.reports.last()?;
    let count = |tag: u64| collector.iter().find(|(t, _)| *t == tag).map_or(0, |(_, value)| *value);
    let (right, again, wrong) = (count(tag::COLLECTED), count(tag::AGAIN), count(tag::WRONG));
    let message = match () {
        () if right < tasks => format!("{} of {tasks} tasks have no answer", tasks - right),
        () if wrong > 0 => format!("{wrong} answers are wrong"),
        () if again > 0 => format!("{again} tasks were answered twice, and nobody died"),
        () => return None,
    };
    Some(Finding::new(message))
}
