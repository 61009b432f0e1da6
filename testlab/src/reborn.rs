//! A worker that is killed with a byte unread and started anew; see [`shared::testing::reborn`].

use std::cell::RefCell;

use shared::crew::{Crew, Event};
use shared::endpoint::{Connection, Taken};
use shared::process;
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::testing::reborn::{CLIENT, SERVER, WORKERS, tag};
use shared::testing::report;

/// The objects of [`shared::testing::reborn::layout`], in its order.
pub struct Board {
    starts: RawValue<u64>,
    ready: RawValue<u64>,
    done: RawValue<u64>,
    connection: Connection,
    crew: RefCell<Crew>,
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor) -> Board {
        Board {
            starts: RawValue::take(cursor),
            ready: RawValue::take(cursor),
            done: RawValue::take(cursor),
            connection: Connection::take(cursor, process::me() as usize == SERVER),
            crew: Crew::take(cursor, WORKERS as u32, 0).into(),
        }
    }

    fn send(&self) {
        report(tag::SENT, u64::from(self.connection.send(&[7])));
    }

    fn receive(&self) {
        let mut bytes = Vec::new();
        let taken = self.connection.receive(&mut bytes, usize::MAX, None);
        assert_eq!(taken == Taken::Bytes, !bytes.is_empty(), "{taken:?} with {bytes:?}");
        report(tag::RECEIVED, bytes.len() as u64);
    }

    /// Tries the connection in both directions.
    fn try_both(&self) {
        self.send();
        self.receive();
    }
}

/// The client sends a byte and waits to be killed, with the server's byte unread; started anew, it tries its connection. The
/// server tries it when the client is dead, and again when the fresh one is done.
pub fn worker(board: &Board, me: u32) {
    if me as usize == CLIENT {
        if board.starts.fetch_add(1) == 0 {
            board.send();
            wait_for(&board.done, 1);
        }
        board.try_both();
        return board.done.set(1);
    }
    board.try_both();
    board.ready.set(1);
    board.receive();
    board.try_both();
    wait_for(&board.done, 1);
    board.try_both();
}

/// Kills the client once the server has its byte, and starts it anew.
pub fn supervisor(board: &Board) {
    let mut crew = board.crew.borrow_mut();
    wait_for(&board.ready, 1);
    crew.kill(CLIENT as u32);
    assert_eq!(crew.next_event(), Some(Event::Died(CLIENT as u32)));
    crew.respawn(CLIENT as u32).expect("few respawns");
    assert_eq!(crew.wait_workers(), 0);
}

fn wait_for(cell: &RawValue<u64>, value: u64) {
    while cell.get() != value {
        std::thread::yield_now();
    }
}
