//! Connections when nobody steps: real stream sockets, so that the death of a process ends its connections.
//!
//! The crew makes a pair for each connection of the board before it forks. Every process keeps its own ends only: an end
//! that somebody else also held would stay open when its owner is killed. The two ends of a [pipe](crate::pipe_queue) are
//! made and kept in the same way, by everybody.

use std::io::{ErrorKind, Result};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::time::Duration;

use super::Deadline;
use crate::patience::Patience;
use crate::region::{Kind, Layout};
use crate::sys;

/// How long a receive waits in one go, before it looks at its deadline again.
const PATIENCE: Duration = Duration::from_millis(50);
/// Bytes taken from a socket in one go: a few frames. The buffer is cleared before each, so it must not be large.
const GULP: usize = 1024;

/// This process's own ends: the object (of a connection the first), and the descriptor.
static OWN: OnceLock<Vec<(u32, RawFd)>> = OnceLock::new();

/// The two ends of a connection or a pipe before the processes are forked.
pub struct Pair {
    object: u32,
    /// Each with the worker that keeps it; none: every worker does.
    ends: [(Option<usize>, OwnedFd); 2],
}

impl Pair {
    fn is_for_everybody(&self) -> bool {
        self.ends.iter().all(|(whose, _)| whose.is_none())
    }
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
                let [client, server] = pair()?;
                [(Some(from), client), (Some(to), server)]
            }
            Kind::Pipe => sys::pipe()?.map(|end| (None, end)),
            _ => continue,
        };
        pairs.push(Pair { object, ends });
    }
    Ok(pairs)
}

/// A pair for each connection of the board and none for a pipe, for a worker that is started anew: once it has
/// [kept its own](keep_own) ends there is nobody at the others, as befits connections that ended with the process before it.
///
/// # Errors
/// When descriptors are short.
pub fn with_nobody(layout: &Layout) -> Result<Vec<Pair>> {
    let mut pairs = pairs(layout)?;
    pairs.retain(|pair| !pair.is_for_everybody());
    Ok(pairs)
}

/// Those that every worker keeps both ends of: the pipes. The others are closed here.
pub fn for_everybody(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.retain(Pair::is_for_everybody);
    pairs
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

/// Two connected sockets, as [`Socket`] expects them.
///
/// # Errors
/// When descriptors are short.
fn pair() -> Result<[OwnedFd; 2]> {
    let pair = sys::socket_pair()?;
    pair.iter().for_each(|end| sys::socket_patience(end, PATIENCE));
    Ok(pair)
}

/// One end of a connection.
#[derive(Clone, Copy)]
pub struct Socket(RawFd);

impl Socket {
    /// This process's end of the connection that begins with this object; none when it is stepped or has no such end.
    pub fn of(object: u32) -> Option<Socket> {
        own(object).next().map(Socket)
    }

    /// For benchmarks: a socket that was made elsewhere.
    pub fn from_owned(fd: &OwnedFd) -> Socket {
        sys::socket_patience(fd, PATIENCE);
        Socket(fd.as_raw_fd())
    }

    /// Its descriptor, to wait for it.
    pub fn number(self) -> RawFd {
        self.0
    }

    /// Sends everything; false when the other side is gone.
    pub fn send_all(self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match sys::socket_send(self.0, bytes, true) {
                Ok(count) => bytes = &bytes[count..],
                Err(_) => return false,
            }
        }
        true
    }

    /// Sends what there is room for; how many bytes. None when the other side is gone.
    pub fn send_some(self, bytes: &[u8]) -> Option<usize> {
        match sys::socket_send(self.0, bytes, false) {
            Ok(count) => Some(count),
            Err(e) if e.kind() == ErrorKind::WouldBlock => Some(0),
            Err(_) => None,
        }
    }

    /// Takes what is there now; how many bytes, 0 when the other side is gone. None when there is nothing yet.
    pub fn take_some(self, bytes: &mut Vec<u8>, most: usize, wait: bool) -> Option<u64> {
        let mut gulp = [0; GULP];
        match sys::socket_receive(self.0, &mut gulp[..most.min(GULP)], wait) {
            Ok(count) => {
                bytes.extend_from_slice(&gulp[..count]);
                Some(count as u64)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => None,
            Err(_) => Some(0),
        }
    }

    /// Waits for bytes and takes them; as [`Socket::take_some`], but looks some times before it sleeps.
    pub fn take_patiently(self, bytes: &mut Vec<u8>, most: usize) -> Option<u64> {
        let mut patience = Patience::fresh();
        while patience.give_way(&|| true) {
            if let Some(count) = self.take_some(bytes, most, false) {
                return Some(count);
            }
        }
        self.take_some(bytes, most, true)
    }

    /// Waits for bytes and takes them; how many, 0 when the other side is gone. None when the deadline passed.
    pub fn take(self, bytes: &mut Vec<u8>, most: usize, deadline: Option<Deadline>) -> Option<u64> {
        loop {
            let left = deadline.map(|d| d.left());
            if left.is_some_and(|l| l < PATIENCE) {
                let readable = sys::Interest { read: true, write: false };
                sys::socket_wait(&[(self.0, readable)], left);
            }
            let wait = left.is_none_or(|l| l >= PATIENCE);
            let taken = if wait { self.take_patiently(bytes, most) } else { self.take_some(bytes, most, false) };
            match taken {
                Some(count) => return Some(count),
                None if deadline.is_some_and(|d| d.passed()) => return None,
                None => {}
            }
        }
    }

    /// Ends the connection in both directions.
    pub fn shut(self) {
        sys::socket_shut(self.0);
    }
}
