//! Lab 1, a work queue.

use shared::boards::lab1::{Board, Task};
use shared::queue::Closed;

/// Puts all tasks into `tasks`, `batch` of them in one step, and says that no more will come.
pub fn feed(b: &Board, tasks: &[Task], batch: usize) -> Result<(), Closed> {
    let mut from = 0;
    while from < tasks.len() {
        let to = (from + batch).min(tasks.len());
        b.tasks.put_all(&tasks[from..to])?;
        from = to;
    }
    b.tasks.close();
    Ok(())
}

/// Solves tasks, up to `batch` of them at a time, until there will be no more.
pub fn worker(b: &Board, _me: u32, batch: usize) -> Result<(), Closed> {
    loop {
        match b.tasks.lease(batch) {
            None => return Ok(()),
            Some(lease) => {
                let answers: Vec<_> = (0..lease.len()).map(|at| b.solve(lease.get(at))).collect();
                b.answers.put_all(&answers)?;
                lease.done();
            }
        }
    }
}

/// How many tasks to move in one step.
pub fn batch_size(task_ns: u64, op_ns: u64, tasks: usize, workers: usize) -> usize {
    let task_ns = task_ns.max(1);
    let enough = (20 * op_ns).div_ceil(task_ns) as usize;
    let most = tasks / (4 * workers);
    enough.min(most).max(1)
}
