//! A supervisor and workers that die on it; see [`shared::testing::crew`].

use std::cell::RefCell;

use shared::crew::{Crew, Event};
use shared::queue::Queue;
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::testing::crew::{ABORTER, HOLDER, WORKERS, tag};
use shared::testing::report;

/// The objects of [`shared::testing::crew::layout`], in its order.
pub struct Board {
    queue: Queue<u64>,
    starts: [RawValue<u64>; WORKERS],
    holds: RawValue<u64>,
    crew: RefCell<Crew>,
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor) -> Board {
        Board {
            queue: Queue::take(cursor),
            starts: [(); WORKERS].map(|()| RawValue::take(cursor)),
            holds: RawValue::take(cursor),
            crew: Crew::take(cursor, WORKERS as u32, 0).into(),
        }
    }
}

/// The holder leases an item and waits to be killed, the aborter aborts; started anew, everybody does what comes.
pub fn worker(board: &Board, me: u32) {
    let first = board.starts[me as usize].fetch_add(1) == 0;
    if first && me == ABORTER {
        std::process::abort();
    }
    // The first one to lease must be the holder.
    while me != HOLDER && board.holds.get() == 0 {
        std::thread::yield_now();
    }
    while let Some(lease) = board.queue.lease(1) {
        if first && me == HOLDER {
            board.holds.set(1);
            std::thread::park();
        }
        report(tag::DID, lease.get(0));
        lease.done();
    }
}

/// Kills the holder once it holds, starts both dead workers anew, and closes the queue.
pub fn supervisor(board: &Board) {
    let mut crew = board.crew.borrow_mut();
    board.queue.put(7).expect("an open queue");
    event(&mut crew);
    while board.holds.get() == 0 {
        std::thread::yield_now();
    }
    crew.kill(HOLDER);
    event(&mut crew);
    report(tag::ALIVE, u64::from(crew.alive()));
    crew.respawn(ABORTER).expect("few respawns");
    crew.respawn(HOLDER).expect("few respawns");
    report(tag::ALIVE, u64::from(crew.alive()));
    board.queue.join();
    board.queue.close();
    report(tag::DEAD, u64::from(crew.wait_workers()));
}

fn event(crew: &mut Crew) {
    let word = match crew.next_event() {
        Some(Event::Died(worker)) => u64::from(worker) << 1 | 1,
        Some(Event::Finished(worker)) => u64::from(worker) << 1,
        None => u64::MAX,
    };
    report(tag::EVENT, word);
}
