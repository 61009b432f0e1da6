//! Lab 2: workers that are sent home by a message in the queue.
//!
//! A pill behind the last task reaches a worker only after every task before it. That is all a pill promises; a task that
//! comes back from a dead worker comes back in front of the queue, but perhaps when the pills are taken already.

// With `*`, because you will need more names than the first lines of your functions use.
use shared::boards::lab2::*;
use shared::crew::*;
use shared::queue::Closed;

/// Puts all tasks into the inbox. Several producers do so at once; `me` numbers them from 0.
pub fn producer(b: &Board, me: u32, tasks: &[Task]) -> Result<(), Closed> {
    let _ = (b, me, tasks);
    todo!("put every task into the inbox")
}

/// Takes messages from the inbox: solves and records each task, and returns at a pill. It may be killed at any moment: a
/// task whose answer is not recorded must not be lost. While the inbox is empty it waits and does nothing.
pub fn worker(b: &Board, me: u32) {
    let _ = (b, me);
    todo!("do tasks until a pill comes")
}

/// Returns when all tasks are done and all workers have gone home by a pill. Workers may die.
pub fn supervisor(b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    let _ = (b, crew);
    todo!("see to it that every task is done, then send every worker home")
}
