//! Lab 1, a work queue.

use shared::boards::lab1::{Board, Task};
use shared::queue::Closed;

/// Puts all tasks into `tasks`, `batch` of them in one step, and says that no more will come.
pub fn feed(b: &Board, tasks: &[Task], _batch: usize) -> Result<(), Closed> {
    for task in tasks {
        b.tasks.put(*task)?;
    }
    Ok(())
}

/// Solves tasks, up to `batch` of them at a time, until there will be no more.
pub fn worker(b: &Board, _me: u32, _batch: usize) -> Result<(), Closed> {
    while !b.tasks.is_empty() {
        let Some(task) = b.tasks.get() else { break };
        b.answers.put(b.solve(task))?;
    }
    Ok(())
}

/// How many tasks to move in one step.
pub fn batch_size(_task_ns: u64, _op_ns: u64, _tasks: usize, _workers: usize) -> usize {
    1
}
