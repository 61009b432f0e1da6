use shared::boards::lab2::{Board, Msg, Task};
use shared::crew::{Abandoned, Crew};
use shared::queue::Closed;

pub fn producer(b: &Board, _me: u32, tasks: &[Task]) -> Result<(), Closed> {
    for task in tasks {
        b.inbox.put(Msg::Task(*task))?;
    }
    b.producers_left.fetch_sub(1);
    Ok(())
}

pub fn worker(b: &Board, _me: u32) {
    while let Some(Msg::Task(task)) = b.inbox.get() {
        b.record(task, b.solve(task));
    }
}

pub fn supervisor(_b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    crew.wait_producers()?;
    (0..crew.workers()).for_each(|worker| crew.kill(worker));
    Ok(())
}
