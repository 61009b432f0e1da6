//! Given, complete, and wrong: two ways to stop workers without a message in the queue.
//!
//! `cargo xtask run lab2 --baseline flag` and `--baseline kill` show what gets lost.

use shared::boards::lab2::{Board, Functions, Msg, Task};
use shared::crew::{Abandoned, Crew};
use shared::queue::Closed;

/// Stop by a flag: the workers leave when no producer is left.
pub const FLAG: Functions = Functions { producer: count_down, worker: until_flag, supervisor: wait_for_all };

/// Stop by a kill: the supervisor kills the workers when no producer is left.
pub const KILL: Functions = Functions { producer: count_down, worker: for_ever, supervisor: kill_all };

/// Puts its tasks, then counts itself out. `producers_left` at 0 is the flag.
pub fn count_down(b: &Board, _me: u32, tasks: &[Task]) -> Result<(), Closed> {
    for task in tasks {
        b.inbox.put(Msg::Task(*task))?;
    }
    b.producers_left.fetch_sub(1);
    Ok(())
}

/// Looks at the flag, then for a task. The flag says that nothing more comes; it does not say that nothing is left.
pub fn until_flag(b: &Board, _me: u32) {
    while b.producers_left.get() > 0 {
        if let Some(Msg::Task(task)) = b.inbox.try_get() {
            b.record(task, b.solve(task));
        }
    }
}

/// Takes tasks for good, for ever.
pub fn for_ever(b: &Board, _me: u32) {
    while let Some(Msg::Task(task)) = b.inbox.get() {
        b.record(task, b.solve(task));
    }
}

/// Nothing to do but to wait.
pub fn wait_for_all(_b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    crew.wait_producers()?;
    crew.wait_workers();
    Ok(())
}

/// Whoever works on something at that moment does not finish it.
pub fn kill_all(_b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    crew.wait_producers()?;
    (0..crew.workers()).for_each(|worker| crew.kill(worker));
    Ok(())
}
