//! Lab 1: a work queue between processes.
//!
//! A task is in the queue, in exactly one worker's hands, or answered: never lost, whoever dies.

use shared::boards::lab1::{Board, Task};
use shared::queue::Closed;

/// Puts all tasks into `tasks`, `batch` of them in one step (at least 1), and says that no more will come.
pub fn feed(b: &Board, tasks: &[Task], batch: usize) -> Result<(), Closed> {
    let _ = (b, tasks, batch);
    todo!("put all tasks in, and say that no more will come")
}

/// Solves tasks, up to `batch` of them (at least 1) at a time, until there will be no more. Every task is answered, even
/// if a worker dies at any moment. `_me` is this worker's number; you need not use it.
pub fn worker(b: &Board, _me: u32, batch: usize) -> Result<(), Closed> {
    let _ = (b, _me, batch);
    todo!("take tasks, solve them and give their answers, until there will be no more")
}

/// How many tasks to move in one step: the fewest for which the queue costs at most 5 % of the work, when a step costs
/// `op_ns` whatever it moves; never above `tasks / (4 * workers)`, so that everybody gets several shares; at least 1.
pub fn batch_size(task_ns: u64, op_ns: u64, tasks: usize, workers: usize) -> usize {
    let _ = (task_ns, op_ns, tasks, workers);
    todo!("the batch from the costs of a task and a step, and from the share that everybody should get")
}
