//! A pipe queue, misused and bereaved; see [`shared::testing::pipes`].

use std::cell::RefCell;

use shared::crew::{Crew, Event};
use shared::pipe_queue::PipeQueue;
use shared::plain_struct;
use shared::raw::RawValue;
use shared::region::{Cursor, Region};
use shared::testing::pipes::{GOT, ITEM, WORKERS, case};
use shared::testing::report;

/// An item of two words.
#[derive(Clone, Copy)]
struct Two {
    a: u64,
    b: u64,
}
plain_struct!(Two { a, b });

/// The objects of [`shared::testing::pipes::layout`], in its order.
pub struct Board {
    pipe: PipeQueue<u64>,
    /// The same one, mistaken for one of other items.
    mistaken: PipeQueue<Two>,
    /// The word of the lock that whoever gets holds.
    reader: (&'static Region, usize),
    starts: RawValue<u64>,
    go: RawValue<u64>,
    crew: RefCell<Crew>,
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor) -> Board {
        let mistaken = PipeQueue::take(&mut cursor.clone());
        let mut locks = cursor.clone();
        let (_writer, (_, _, offset, region)) = (locks.take(), locks.take());
        Board {
            pipe: PipeQueue::take(cursor),
            mistaken,
            reader: (region, offset),
            starts: RawValue::take(cursor),
            go: RawValue::take(cursor),
            crew: Crew::take(cursor, WORKERS as u32, 0).into(),
        }
    }

    fn somebody_gets(&self) -> bool {
        // Acquire: whoever holds the lock took it.
        self.reader.0.half(self.reader.1).load(std::sync::atomic::Ordering::Acquire) != 0
    }
}

/// One of the two workers.
pub fn worker(board: &Board, me: u32, case: u64) {
    let first = me == 0 && board.starts.fetch_add(1) == 0;
    match (case, me) {
        (case::KILLED_IN_GET, 0) => drop(board.pipe.get()),
        (case::STARTED_ANEW, 0) if first => std::process::abort(),
        (_, 0) => board.pipe.put(ITEM),
        (case::OTHER_SIZE, _) => drop(board.mistaken.get()),
        _ => {
            while case == case::KILLED_IN_GET && board.go.get() == 0 {
                std::thread::yield_now();
            }
            report(GOT, board.pipe.get());
        }
    }
}

/// Kills the first worker when it waits in `get`, or starts it anew when it has died.
pub fn supervisor(board: &Board, case: u64) {
    let mut crew = board.crew.borrow_mut();
    match case {
        case::KILLED_IN_GET => {
            while !board.somebody_gets() {
                std::thread::yield_now();
            }
            crew.kill(0);
            board.go.set(1);
        }
        case::STARTED_ANEW => {
            assert_eq!(crew.next_event(), Some(Event::Died(0)));
            crew.respawn(0).expect("few respawns");
        }
        _ => {}
    }
    crew.wait_workers();
}
