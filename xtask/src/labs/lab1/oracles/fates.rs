//! What became of a task that nobody answered: the last thing that happened to it, and why nothing followed.

use shared::baton::Action;

use super::evidence::{TASKS, is, is_refused, killed, numbers, puts, solves, takes};
use crate::drive::step::{Step, What};
use crate::labs::Finding;
use crate::story::words::worker as w;

/// The finding for a task without an answer.
pub fn lost(steps: &[Step], task: u64) -> Finding {
    let Some(put) = steps.iter().position(|s| puts(s, task)) else { return never_put(steps, task) };
    let Some(take) = steps.iter().rposition(|s| takes(s, task)) else { return never_taken(steps, task, put) };
    let taker = steps[take].worker;
    let after = |which: &dyn Fn(&Step) -> bool| {
        (take + 1..steps.len()).find(|at| steps[*at].worker == taker && which(&steps[*at]))
    };
    let name = w(taker);
    let death = after(&|s| matches!(s.what, What::Killed(_)));
    let solved = after(&|s| solves(s, task));
    let acknowledged = after(&|s| is(s, Action::Acknowledge, TASKS) && numbers(s).any(|n| n == task));
    let returned = after(&|s| is(s, Action::GiveBack, TASKS));
    let for_good = !is(&steps[take], Action::Lease, TASKS);
    let (message, because, guilty) = match (death, solved) {
        (Some(death), _) if for_good => (
            format!("{name} was killed, and task {task} is lost with it"),
            format!("{name} took it for good at {{0}}; a lease would have come back when {name} died at {{1}}."),
            vec![take, death],
        ),
        (Some(death), _) => (
            format!("{name} was killed, and task {task} is lost with it"),
            format!("{name} acknowledged it at {{0}}, but was killed at {{1}} and its answer was not out yet."),
            vec![acknowledged.unwrap_or(take), death],
        ),
        (None, Some(solved)) => (
            format!("task {task} has no answer"),
            format!("{name} took it at {{0}} and solved it at {{1}}, but never put the answer in."),
            vec![take, solved],
        ),
        (None, None) if returned.is_some() => (
            format!("task {task} has no answer"),
            format!(
                "{name} gave it back at {{0}}, because it dropped its lease without `done`; nobody has taken it since."
            ),
            returned.into_iter().collect(),
        ),
        (None, None) => {
            (format!("task {task} has no answer"), format!("{name} took it at {{0}} and never solved it."), vec![take])
        }
    };
    Finding { because, guilty, ..Finding::new(message) }
}

fn never_put(steps: &[Step], task: u64) -> Finding {
    let Some(refused) = steps.iter().position(is_refused) else {
        let fed = steps.iter().rposition(|s| is(s, Action::Put, TASKS)).into_iter().collect();
        return Finding { guilty: fed, ..Finding::new(format!("task {task} was never put into `tasks`")) };
    };
    let feeder = w(steps[refused].worker);
    let closed = steps[..refused].iter().position(|s| is(s, Action::Close, TASKS));
    let closer = closed.map_or(String::new(), |at| w(steps[at].worker));
    let because = if closer == feeder {
        format!("{feeder} closed `tasks` at {{0}}, and at {{1}} it still had tasks to put in.")
    } else {
        format!("{closer} closed `tasks` at {{0}}, and at {{1}} {feeder} still had tasks to put in.")
    };
    Finding {
        because,
        guilty: closed.into_iter().chain([refused]).collect(),
        ..Finding::new(format!("task {task} was never put into `tasks`: it was closed too early"))
    }
}

/// The task is still in its queue: who could have taken it left.
fn never_taken(steps: &[Step], task: u64, put: usize) -> Finding {
    let Some(left) = steps.iter().position(|s| s.what == What::Returned && s.worker != steps[put].worker) else {
        return Finding { guilty: vec![put], ..Finding::new(format!("nobody ever took task {task}")) };
    };
    let name = w(steps[left].worker);
    let looked = |s: &Step| {
        let empty = is(s, Action::IsEmpty, TASKS) && s.result == 1;
        s.worker == steps[left].worker && (empty || is(s, Action::TryTake, TASKS) && s.result == 0)
    };
    let look = steps[..left].iter().rposition(looked);
    let dead = if killed(steps).is_some() { ", after a kill" } else { "" };
    let because = match look {
        Some(_) => {
            format!("At {{0}} {name} found nothing, and left; but the feeder was not done, or a lease could come back.")
        }
        None => format!("{name} left before it was told that `tasks` is closed and done."),
    };
    let guilty = look.into_iter().chain([put]).collect();
    Finding { because, guilty, ..Finding::new(format!("task {task} stays in `tasks`, and everybody has left{dead}")) }
}
