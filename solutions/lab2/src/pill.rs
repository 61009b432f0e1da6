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
    // BEGIN SOLUTION: put every task into the inbox
    let _ = me;
    let messages: Vec<Msg> = tasks.iter().copied().map(Msg::Task).collect();
    b.inbox.put_all(&messages)
    // END SOLUTION
}

/// Takes messages from the inbox: solves and records each task, and returns at a pill. It may be killed at any moment: a
/// task whose answer is not recorded must not be lost. While the inbox is empty it waits and does nothing.
pub fn worker(b: &Board, me: u32) {
    // BEGIN SOLUTION: do tasks until a pill comes
    let _ = me;
    while let Some(lease) = b.inbox.lease(1) {
        let Msg::Task(task) = lease.get(0) else {
            // A pill is for one: acknowledged, it does not come back.
            return lease.done();
        };
        b.record(task, b.solve(task));
        // Only now: should we die before, somebody else does the task again.
        lease.done();
    }
    // END SOLUTION
}

/// Returns when all tasks are done and all workers have gone home by a pill. Workers may die.
pub fn supervisor(b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    // BEGIN SOLUTION: see to it that every task is done, then send every worker home
    crew.wait_producers()?;
    // Everything is acknowledged: no task can come back from a dead worker any more, so nothing is behind the pills.
    b.inbox.join();
    b.inbox.put_all(&vec![Msg::Pill; crew.workers() as usize])?;
    crew.wait_workers();
    Ok(())
    // END SOLUTION
}
