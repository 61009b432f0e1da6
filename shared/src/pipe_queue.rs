//! `PipeQueue`: Python's `multiprocessing.Queue` on purpose, to be compared with [`Queue`](crate::queue::Queue).
//!
//! Every item is serialised, copied into a kernel pipe, copied out of it and deserialised; whoever puts holds one lock,
//! whoever gets another. There is no `close`: a pill (an item that means "no more") ends it, one for each who gets. As in
//! Python a `get` takes an item for good, so it is lost with a worker that dies. Unlike Python's, the locks are robust:
//! where Python's next `get` would wait for ever, this one panics and says why. Python also has a thread that feeds the
//! pipe, so that `put` never waits; here a `put` waits while the pipe is full.

use std::marker::PhantomData;
use std::os::fd::RawFd;

use crate::baton::{self, STEPPED};
use crate::endpoint::socket;
use crate::lock::Lock;
use crate::plain::{MAX_WORDS, Plain};
use crate::region::{Cursor, Kind};
use crate::sys;

/// A message begins with the length of what follows, as Python's do.
const LENGTH_BYTES: usize = 4;
/// No message is longer, so that each goes into the pipe as a whole: POSIX promises that for 512 bytes.
const MOST_BYTES: usize = LENGTH_BYTES + MAX_WORDS * 8;

/// A first-in, first-out queue of plain items through a kernel pipe. Runs free only.
pub struct PipeQueue<T> {
    writer: Lock,
    reader: Lock,
    object: u32,
    of: PhantomData<T>,
}

impl<T: Plain> PipeQueue<T> {
    /// Takes the next objects of the board, which must be those of a `PipeQueue`.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (writer, reader) = (Lock::take(cursor), Lock::take(cursor));
        let (object, kind, ..) = cursor.take();
        assert_eq!(kind, Kind::Pipe, "object {object} is no pipe");
        PipeQueue { writer, reader, object, of: PhantomData }
    }

    /// Puts an item at the end; waits while the pipe is full (64 KiB on Linux).
    ///
    /// # Panics
    /// In a stepped run.
    pub fn put(&self, item: T) {
        let [_, to] = self.ends();
        let message = serialise(item);
        // A writer that died has left nothing half written: a message goes into the pipe as a whole.
        let _held = self.writer.lock();
        let written = sys::pipe_write(to, &message).expect("every worker holds both ends");
        assert_eq!(written, message.len(), "a message of less than 512 bytes goes in as a whole");
    }

    /// Takes the first item for good; waits while there is none.
    ///
    /// # Panics
    /// In a stepped run, and when a worker was killed in `get`: it may have taken half a message with it.
    pub fn get(&self) -> T {
        let [from, _] = self.ends();
        let mut message = [0; MOST_BYTES];
        let held = self.reader.lock();
        assert!(
            !held.recovered(),
            "a worker was killed inside `get`: what is left may begin in the middle of a message"
        );
        read_all(from, &mut message[..LENGTH_BYTES]);
        let length = message[..LENGTH_BYTES].try_into().map_or(0, |bytes| u32::from_le_bytes(bytes) as usize);
        assert_eq!(length, T::WORDS * 8, "the items in this pipe have another size");
        let body = &mut message[LENGTH_BYTES..][..length];
        read_all(from, body);
        drop(held);
        deserialise(body)
    }

    /// The pipe's ends, the one to read from first.
    fn ends(&self) -> [RawFd; 2] {
        assert!(
            baton::mode() != STEPPED,
            "a `PipeQueue` runs free only: what lies in a kernel pipe the grader can neither see nor reset"
        );
        let mut own = socket::own(self.object);
        [(); 2].map(|()| own.next().expect("the crew has made the pipe before it forked"))
    }
}

/// A message on the heap, as a pickle is.
fn serialise<T: Plain>(item: T) -> Vec<u8> {
    let mut message = Vec::with_capacity(LENGTH_BYTES + T::WORDS * 8);
    message.extend((T::WORDS as u32 * 8).to_le_bytes());
    message.extend(item.to_words()[..T::WORDS].iter().flat_map(|word| word.to_le_bytes()));
    message
}

fn deserialise<T: Plain>(body: &[u8]) -> T {
    let mut words = [0; MAX_WORDS];
    for (word, bytes) in words.iter_mut().zip(body.chunks_exact(8)) {
        *word = bytes.try_into().map_or(0, u64::from_le_bytes);
    }
    T::from_words(words)
}

fn read_all(from: RawFd, mut bytes: &mut [u8]) {
    while !bytes.is_empty() {
        let count = sys::pipe_read(from, bytes).expect("every worker holds both ends");
        assert!(count > 0, "no pipe ends while somebody holds its other end");
        bytes = &mut bytes[count..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain_struct;

    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Pair {
        a: u64,
        b: i32,
    }
    plain_struct!(Pair { a, b });

    #[test]
    fn an_item_survives_its_message() {
        let pair = Pair { a: u64::MAX - 1, b: -7 };
        let message = serialise(pair);
        assert_eq!((message.len(), &message[..4]), (20, &[16, 0, 0, 0][..]));
        assert_eq!(deserialise::<Pair>(&message[LENGTH_BYTES..]), pair);
    }
}
