//! Lab 1: a work queue between processes.
//!
//! A task is in the queue, in exactly one worker's hands, or answered: never lost, whoever dies.

use shared::boards::lab1::{Board, Task};
use shared::queue::Closed;

/// Puts all tasks into `tasks`, `batch` of them in one step (at least 1), and says that no more will come.
pub fn feed(b: &Board, tasks: &[Task], batch: usize) -> Result<(), Closed> {
    // BEGIN SOLUTION: put all tasks in, and say that no more will come
    for some in tasks.chunks(batch) {
        b.tasks.put_all(some)?;
    }
    // Who waits for a task learns only from this that none will come.
    b.tasks.close();
    Ok(())
    // END SOLUTION
}

/// Solves tasks, up to `batch` of them (at least 1) at a time, until there will be no more. Every task is answered, even
/// if a worker dies at any moment. `_me` is this worker's number; you need not use it.
pub fn worker(b: &Board, _me: u32, batch: usize) -> Result<(), Closed> {
    // BEGIN SOLUTION: take tasks, solve them and give their answers, until there will be no more
    // Only a lease that gives `None` says that it is over: a queue that is empty now may be fed again, or get back what a
    // dead worker had leased.
    while let Some(lease) = b.tasks.lease(batch) {
        let answers: Vec<_> = lease.iter().map(|task| b.solve(task)).collect();
        b.answers.put_all(&answers)?;
        // Not before the answers are out: if we die now, somebody answers these tasks again, which is better than never.
        lease.done();
    }
    Ok(())
    // END SOLUTION
}

/// How many tasks to move in one step: the fewest for which the queue costs at most 5 % of the work, when a step costs
/// `op_ns` whatever it moves; never above `tasks / (4 * workers)`, so that everybody gets several shares; at least 1.
pub fn batch_size(task_ns: u64, op_ns: u64, tasks: usize, workers: usize) -> usize {
    // BEGIN SOLUTION: the batch from the costs of a task and a step, and from the share that everybody should get
    let cheap_enough = op_ns.saturating_mul(20).div_ceil(task_ns.max(1)) as usize;
    let fair = tasks / (4 * workers.max(1));
    cheap_enough.min(fair).max(1)
    // END SOLUTION
}
