//! One direction of a connection when the grader steps: a ring of bytes in the payload, so that executions can be rewound
//! and every byte is known.
//!
//! Only the sender moves `SENT`, only the receiver moves `TAKEN`. Whoever holds the baton is the only one that runs, and a
//! baton changes hands with release and acquire: relaxed accesses are enough here.

use std::sync::atomic::Ordering::Relaxed;

use crate::baton::{Action, Op, pass};
use crate::process;
use crate::region::{Cursor, Kind, Layout, Region};
use crate::sys::hermetic::mix;

/// Bytes of a stream before its ring.
pub const HEAD: usize = 64;
/// Word of a stream: bytes sent so far.
pub const SENT: usize = 0;
/// Word of a stream: bytes taken so far.
pub const TAKEN: usize = 1;
/// Word of a stream: 1 when it was hung up, or one of its sides was started anew.
pub const ENDED: usize = 2;

/// The most bytes of one send: they must fit into a baton page.
pub const CHUNK: usize = 512;

/// Result of a send: all bytes are on their way.
pub const DONE: u64 = 0;
/// Result of a send: nobody will ever take the bytes.
pub const GONE: u64 = 1;
/// Result of a send that does not wait: no room now.
pub const FULL: u64 = 2;

/// In the lower 16 bits of a receive's result: the time was over.
pub const TIME_OVER: u64 = 0xffff;

/// In the result of a receive from any: not bytes that came, but room that is there again.
pub const ROOM_AGAIN: u64 = 1 << 31;

/// A number that stands for some bytes in an announcement: a run that sends other bytes than before has left its schedule.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(bytes.len() as u64, |sum, byte| mix(sum ^ u64::from(*byte)))
}

/// Ends a dead worker's streams for good: whoever is started anew in its place neither gets what was sent to it nor sends
/// where it did. What it sent still arrives. The grader does it, before the fresh process begins.
pub fn sever(payload: &Region, layout: &Layout, worker: usize) {
    for object in &layout.objects {
        let Kind::Stream { from, to, .. } = object.kind else { continue };
        let word = |at: usize| payload.word(object.offset + at * 8);
        if from == worker || to == worker {
            word(ENDED).store(1, Relaxed);
        }
        if to == worker {
            word(TAKEN).store(word(SENT).load(Relaxed), Relaxed);
        }
    }
}

/// One stream.
#[derive(Clone, Copy)]
pub struct Ring {
    region: &'static Region,
    offset: usize,
    room: usize,
    from: usize,
    to: usize,
    /// Its number in the object table.
    pub object: u32,
}

impl Ring {
    /// Takes the next object of the board, which must be a stream.
    pub fn take(cursor: &mut Cursor) -> Ring {
        let (object, kind, offset, region) = cursor.take();
        let Kind::Stream { from, to, room } = kind else { panic!("object {object} is no stream") };
        Ring { region, offset, room, from, to, object }
    }

    fn get(&self, word: usize) -> u64 {
        self.region.word(self.offset + word * 8).load(Relaxed)
    }

    fn set(&self, word: usize, value: u64) {
        self.region.word(self.offset + word * 8).store(value, Relaxed);
    }

    /// The most bytes of one send.
    pub fn chunk(&self) -> usize {
        self.room.min(CHUNK)
    }

    /// Bytes on their way.
    pub fn waiting(&self) -> u64 {
        self.get(SENT) - self.get(TAKEN)
    }

    /// Nobody sends into the stream any more.
    pub fn ended(&self) -> bool {
        self.get(ENDED) == 1 || process::gone(self.from)
    }

    /// Nobody takes from the stream any more.
    pub fn abandoned(&self) -> bool {
        self.get(ENDED) == 1 || process::gone(self.to)
    }

    /// Puts all bytes in, or says why not.
    pub fn put(&self, bytes: &[u8]) -> u64 {
        if self.abandoned() {
            return GONE;
        }
        if bytes.len() as u64 + self.waiting() > self.room as u64 {
            return FULL;
        }
        let sent = self.get(SENT);
        for (at, byte) in (sent..).zip(bytes) {
            self.region.byte(self.offset + HEAD + at as usize % self.room).store(*byte, Relaxed);
        }
        self.set(SENT, sent + bytes.len() as u64);
        DONE
    }

    /// Takes at most `most` bytes and appends them; how many.
    pub fn take_into(&self, bytes: &mut Vec<u8>, most: usize) -> u64 {
        let taken = self.get(TAKEN);
        let count = self.waiting().min(most as u64);
        let byte = |at: u64| self.region.byte(self.offset + HEAD + at as usize % self.room).load(Relaxed);
        bytes.extend((taken..taken + count).map(byte));
        self.set(TAKEN, taken + count);
        count
    }

    /// Ends the stream: one step. What is on its way still arrives.
    pub fn hang_up(&self) {
        let op = Op { action: Action::HangUp, object: self.object, a: 0, b: 0 };
        pass(op, &mut || {
            self.set(ENDED, 1);
            0
        });
    }
}
