//! Descriptors that free workers need: the crew makes them before it forks, and every worker keeps its own.
//!
//! An end of a connection is one worker's: an end that somebody else also held would stay open when its owner is killed.
//! The two ends of a pipe are everybody's.

use std::io::Result;
use std::os::fd::{IntoRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;

use crate::endpoint::socket;
use crate::region::{Kind, Layout};
use crate::sys;

/// This process's own ends: the object (of a connection the first), and the descriptor.
static OWN: OnceLock<Vec<(u32, RawFd)>> = OnceLock::new();

/// The two ends of a connection or a pipe before the processes are forked.
pub struct Pair {
    object: u32,
    /// Each with the worker that keeps it; none: every worker does.
    ends: [(Option<usize>, OwnedFd); 2],
}

/// A pair for each connection and each pipe of the board.
///
/// # Errors
/// When descriptors are short.
pub fn pairs(layout: &Layout) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let mut objects = (0u32..).zip(&layout.objects);
    while let Some((object, declared)) = objects.next() {
        let ends = match declared.kind {
            Kind::Stream { from, to, .. } => {
                // Of the two streams of a connection the client's comes first; the server's shares its sockets.
                objects.next();
                let [client, server] = socket::pair()?;
                [(Some(from), client), (Some(to), server)]
            }
            Kind::Pipe => sys::pipe()?.map(|end| (None, end)),
            _ => continue,
        };
        pairs.push(Pair { object, ends });
    }
    Ok(pairs)
}

/// In a freshly forked worker: keeps its own ends, closes every other descriptor from 3 on.
pub fn keep_own(pairs: Vec<Pair>, worker: usize) {
    let mut own = Vec::new();
    for Pair { object, ends } in pairs {
        let mine = ends.into_iter().filter(|(whose, _)| whose.is_none_or(|w| w == worker));
        own.extend(mine.map(|(_, fd)| (object, fd.into_raw_fd())));
    }
    let mut open: Vec<u32> = own.iter().map(|(_, fd)| *fd as u32).collect();
    open.sort_unstable();
    let mut first = 3;
    for fd in open {
        if first < fd {
            sys::close_between(first, fd - 1);
        }
        first = fd + 1;
    }
    sys::close_from(first);
    OWN.set(own).expect("a worker is forked once");
}

/// This process's end of the connection that begins with this object, or both ends of this pipe, the one to read from first;
/// none when it is stepped or has no such end.
pub fn own(object: u32) -> impl Iterator<Item = RawFd> {
    OWN.get().into_iter().flatten().filter(move |(o, _)| *o == object).map(|(_, fd)| *fd)
}
