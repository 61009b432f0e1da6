use shared::boards::lab2::{Board, Msg, Task};
use shared::crew::{Abandoned, Crew, Event};
use shared::queue::Closed;

pub fn producer(b: &Board, me: u32, tasks: &[Task]) -> Result<(), Closed> {
    let _ = me;
    let messages: Vec<Msg> = tasks.iter().copied().map(Msg::Task).collect();
    b.inbox.put_all(&messages)
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
    crew.wait_producers()?;
    b.inbox.join();
    b.inbox.put_all(&vec![Msg::Pill; crew.workers() as usize])?;
    let mut home = 0;
    while home < crew.workers() {
        if let Some(Event::Finished(_)) = crew.next_event() {
            home += 1;
        }
    }
    Ok(())
}
