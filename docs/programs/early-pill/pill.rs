//! Producer 0 sends the pills when it is done, perhaps in front of the tasks of the others: a wrong program to be taken apart. Only
//! its producers are there.

use shared::boards::lab2::*;
use shared::crew::*;
use shared::queue::Closed;

pub fn producer(b: &Board, me: u32, tasks: &[Task]) -> Result<(), Closed> {
    let messages: Vec<Msg> = tasks.iter().copied().map(Msg::Task).collect();
    b.inbox.put_all(&messages)?;
    if me == 0 {
        b.inbox.put_all(&vec![Msg::Pill; b.workers() as usize])?;
    }
    Ok(())
}

pub fn worker(b: &Board, me: u32) {
    let _ = (b, me);
    todo!("not needed here")
}

pub fn supervisor(b: &Board, crew: &mut Crew) -> Result<(), Abandoned> {
    let _ = (b, crew);
    todo!("not needed here")
}
