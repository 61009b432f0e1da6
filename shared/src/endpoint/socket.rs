//! Connections when nobody steps: real stream sockets, so that the death of a process ends its connections.
//!
//! Who makes them and who keeps which end: [`descriptors`].

use std::io::{ErrorKind, Result};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

use super::Deadline;
use crate::{descriptors, sys};

/// How long a receive waits in one go, before it looks at its deadline again.
const PATIENCE: Duration = Duration::from_millis(50);
/// Bytes taken from a socket in one go: a few frames. The buffer is cleared before each, so it must not be large.
const GULP: usize = 1024;

/// Two connected sockets, as [`Socket`] expects them.
///
/// # Errors
/// When descriptors are short.
pub fn pair() -> Result<[OwnedFd; 2]> {
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
        descriptors::own(object).next().map(Socket)
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

    /// Waits for bytes and takes them; how many, 0 when the other side is gone. None when the deadline passed.
    pub fn take(self, bytes: &mut Vec<u8>, most: usize, deadline: Option<Deadline>) -> Option<u64> {
        loop {
            let left = deadline.map(|d| d.left());
            if left.is_some_and(|l| l < PATIENCE) {
                let readable = sys::Interest { read: true, write: false };
                sys::socket_wait(&[(self.0, readable)], left);
            }
            let wait = left.is_none_or(|l| l >= PATIENCE);
            match self.take_some(bytes, most, wait) {
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
