//! Kernel pipes, for free runs.

use std::io::{Error, Result};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use super::sockets::retry;

/// A pipe: the end to read from, then the end to write to.
///
/// # Errors
/// When descriptors are short.
pub fn pipe() -> Result<[OwnedFd; 2]> {
    let mut ends = [0; 2];
    // SAFETY: the call fills an array of two integers.
    if unsafe { libc::pipe(ends.as_mut_ptr()) } < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: both were just created and belong to nobody else.
    Ok(ends.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }))
}

/// Writes to a pipe, and waits while it is full; how many bytes went in. Up to `PIPE_BUF` bytes (4096 on Linux) go in all
/// together or, when the writer is killed, not at all.
///
/// # Errors
/// When it is no pipe that can be written to.
pub fn pipe_write(fd: RawFd, bytes: &[u8]) -> Result<usize> {
    retry(|| {
        // SAFETY: the bytes are live for the call.
        unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) }
    })
}

/// Reads from a pipe, and waits while it is empty; how many bytes came, 0 when nobody can write to it any more.
///
/// # Errors
/// When it is no pipe that can be read from.
pub fn pipe_read(fd: RawFd, bytes: &mut [u8]) -> Result<usize> {
    retry(|| {
        // SAFETY: the buffer is live and writable for the call.
        unsafe { libc::read(fd, bytes.as_mut_ptr().cast(), bytes.len()) }
    })
}
