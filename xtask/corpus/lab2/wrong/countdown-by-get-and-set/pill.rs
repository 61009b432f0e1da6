use shared::boards::lab2::{Board, Msg, Task};
use shared::crew::{Abandoned, Crew, Event};
use shared::queue::Closed;

pub fn producer(b: &Board, me: u32, tasks: &[Task]) -> Result<(), Closed> {
    let _ = me;
    let messages: Vec<Msg> = tasks.iter().copied().map(Msg::Task).collect();
    b.inbox.put_all(&messages)?;
    let left = b.producers_left.get() - 1;
    b.producers_left.set(left);
    if left == 0 {
        b.inbox.put_all(&vec![Msg::Pill; b.workers() as usize])?;
    }
    Ok(())
}

pub fn worker(b: &Board, me: u32) {
    let _ = me;
    while let Some(lease) = b.inbox.lease(1) {
        let Msg::Task(task) = lease.get(0) else {
            return lease.done();
        };
        b.record(task, b.solve(task));
        lease.done();
    }
}

pub fn supervisor(b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    let _ = b;
    while let Some(event) = crew.next_event() {
        if let Event::Died(worker) = event {
            crew.respawn(worker)?;
        }
    }
    Ok(())
}
