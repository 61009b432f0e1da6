//! What lab 1's judges read out of the steps.

use shared::baton::Action;
use shared::words::queue::CLOSED;

use crate::drive::step::{Step, What};

/// The queue of tasks: the objects are numbered in the order of the board's layout.
pub const TASKS: u32 = 0;
/// The queue of answers.
pub const ANSWERS: u32 = 1;

/// Whether the step is this operation of this queue.
pub fn is(step: &Step, action: Action, queue: u32) -> bool {
    step.op().is_some_and(|op| op.action == action && op.object == queue)
}

/// The first words of the items that a step moved: the numbers of the tasks that they are, or answer.
pub fn numbers(step: &Step) -> impl Iterator<Item = u64> + '_ {
    let words = step.data.len() / step.items.max(1);
    step.data.chunks(words.max(1)).map(|item| item[0])
}

/// Whether the step took this task out of its queue, for good or as a lease.
pub fn takes(step: &Step, task: u64) -> bool {
    let takes = [Action::Take, Action::TryTake, Action::Lease];
    takes.into_iter().any(|action| is(step, action, TASKS)) && numbers(step).any(|n| n == task)
}

/// Whether the step put this task into its queue.
pub fn puts(step: &Step, task: u64) -> bool {
    is(step, Action::Put, TASKS) && numbers(step).any(|n| n == task)
}

/// Whether the step is a put of tasks that was refused because the queue was closed.
pub fn is_refused(step: &Step) -> bool {
    is(step, Action::Put, TASKS) && step.result == CLOSED
}

/// Whether the worker worked on this task in the step.
pub fn solves(step: &Step, task: u64) -> bool {
    step.op().is_some_and(|op| op.action == Action::Compute && op.a == task)
}

/// Where the worker was killed, if somebody was.
pub fn killed(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|s| matches!(s.what, What::Killed(_)))
}

/// An answer that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Where in the steps.
    pub at: usize,
    /// By whom.
    pub worker: usize,
    /// To which task.
    pub task: u64,
    /// What it says.
    pub value: u64,
}

/// Every answer that was put in, in order.
pub fn given(steps: &[Step]) -> Vec<Given> {
    let puts = steps.iter().enumerate().filter(|(_, s)| is(s, Action::Put, ANSWERS));
    puts.flat_map(|(at, step)| {
        let words = step.data.len() / step.items.max(1);
        let answer = move |item: &[u64]| Given { at, worker: step.worker, task: item[0], value: item[1] };
        step.data.chunks(words.max(1)).map(answer)
    })
    .collect()
}
