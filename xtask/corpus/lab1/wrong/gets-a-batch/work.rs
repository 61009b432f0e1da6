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
    while let Some(first) = b.tasks.get() {
        let mut mine = vec![first];
        while mine.len() < batch
            && let Some(task) = b.tasks.try_get()
        {
            mine.push(task);
        }
        let answers: Vec<_> = mine.into_iter().map(|task| b.solve(task)).collect();
        b.answers.put_all(&answers)?;
    }
    Ok(())
}

/// How many tasks to move in one step.
pub fn batch_size(task_ns: u64, op_ns: u64, tasks: usize, workers: usize) -> usize {
    let task_ns = task_ns.max(1);
    let enough = (20 * op_ns).div_ceil(task_ns) as usize;
    let most = tasks / (4 * workers);
    enough.min(most).max(1)
}
