//! Given, complete, and wrong: "while the queue is not empty, get". Between the look and the get, others get too.
//!
//! It is what many programs with Python's `multiprocessing.Queue` do, which has no `close` that a reader could see.
//! `cargo xtask run lab1 --baseline is-empty` shows the schedules that break it.

use shared::boards::lab1::{Board, Functions, Task};
use shared::queue::Closed;

/// The baseline as the toolkit calls it.
pub const FUNCTIONS: Functions =
    Functions { feed: feed_singly, worker: work_while_not_empty, batch_size: one_at_a_time };

/// One message a task, and then silence.
pub fn feed_singly(b: &Board, tasks: &[Task], _batch: usize) -> Result<(), Closed> {
    for task in tasks {
        b.tasks.put(*task)?;
    }
    Ok(())
}

/// Trusts a look for longer than it lasts, in both directions: "not empty" may be empty at the `get`, and "empty" may be
/// full a moment later.
pub fn work_while_not_empty(b: &Board, _me: u32, _batch: usize) -> Result<(), Closed> {
    while !b.tasks.is_empty() {
        let Some(task) = b.tasks.get() else { break };
        b.answers.put(b.solve(task))?;
    }
    Ok(())
}

/// No batches.
pub fn one_at_a_time(_task_ns: u64, _op_ns: u64, _tasks: usize, _workers: usize) -> usize {
    1
}
