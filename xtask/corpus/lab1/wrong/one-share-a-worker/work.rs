//! Lab 1, a work queue.

use shared::boards::lab1::{Board, Task};
use shared::queue::Closed;

/// Puts all tasks into `tasks`, `batch` of them in one step, and says that no more will come.
pub fn feed(b: &Board, tasks: &[Task], batch: usize) -> Result<(), Closed> {
    for part in tasks.chunks(batch) {
        b.tasks.put_all(part)?;
    }
    b.tasks.close();
    Ok(())
}

/// Solves tasks, up to `batch` of them at a time, until there will be no more.
pub fn worker(b: &Board, _me: u32, batch: usize) -> Result<(), Closed> {
    while let Some(lease) = b.tasks.lease(batch) {
        let mut answers = Vec::new();
        for task in lease.iter() {
            answers.push(b.solve(task));
        }
        b.answers.put_all(&answers)?;
        lease.done();
    }
    Ok(())
}

/// How many tasks to move in one step.
pub fn batch_size(task_ns: u64, op_ns: u64, tasks: usize, workers: usize) -> usize {
    let enough = (20 * op_ns).div_ceil(task_ns.max(1)) as usize;
    enough.min(tasks / workers).max(1)
}
