//! Pairs of connected stream sockets, for free runs.

use std::io::{Error, ErrorKind, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// A write to a socket that nobody reads must be an error, not a signal that ends the process.
#[cfg(target_os = "linux")]
const QUIET: libc::c_int = libc::MSG_NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const QUIET: libc::c_int = 0;

/// Two connected stream sockets.
///
/// # Errors
/// When descriptors are short.
pub fn socket_pair() -> Result<[OwnedFd; 2]> {
    let mut pair = [0; 2];
    // SAFETY: the call fills an array of two integers.
    if unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, pair.as_mut_ptr()) } < 0 {
        return Err(Error::last_os_error());
    }
    #[cfg(not(target_os = "linux"))]
    for fd in pair {
        set_option(fd, libc::SO_NOSIGPIPE, &1i32);
    }
    // SAFETY: both were just created and belong to nobody else.
    Ok(pair.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }))
}

fn set_option<T>(fd: RawFd, option: libc::c_int, value: &T) {
    let size = size_of::<T>() as libc::socklen_t;
    // SAFETY: the value is live and its size is passed; a wrong descriptor is an error without effect.
    unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, option, std::ptr::from_ref(value).cast(), size) };
}

/// From now on a receive that waits gives up after so long, with [`ErrorKind::WouldBlock`].
pub fn socket_patience(socket: &OwnedFd, time: Duration) {
    let limit = libc::timeval { tv_sec: time.as_secs() as _, tv_usec: time.subsec_micros() as _ };
    set_option(socket.as_raw_fd(), libc::SO_RCVTIMEO, &limit);
}

/// Sends; how many bytes went in.
///
/// # Errors
/// [`ErrorKind::WouldBlock`] when it must not wait and there is no room; others when the other side is gone.
pub fn socket_send(fd: RawFd, bytes: &[u8], wait: bool) -> Result<usize> {
    let flags = QUIET | if wait { 0 } else { libc::MSG_DONTWAIT };
    retry(|| {
        // SAFETY: the bytes are live for the call.
        unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) }
    })
}

/// Receives; how many bytes came, 0 when the other side has ended.
///
/// # Errors
/// [`ErrorKind::WouldBlock`] when there is nothing and it must not wait (any longer); others when the other side is gone.
pub fn socket_receive(fd: RawFd, bytes: &mut [u8], wait: bool) -> Result<usize> {
    let flags = if wait { 0 } else { libc::MSG_DONTWAIT };
    retry(|| {
        // SAFETY: the buffer is live and writable for the call.
        unsafe { libc::recv(fd, bytes.as_mut_ptr().cast(), bytes.len(), flags) }
    })
}

/// A system call that a signal interrupted is made again.
pub(super) fn retry(mut call: impl FnMut() -> isize) -> Result<usize> {
    loop {
        if let Ok(count) = usize::try_from(call()) {
            return Ok(count);
        }
        let error = Error::last_os_error();
        if error.kind() != ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Tells the other side that nothing more will come and nothing is taken any more.
pub fn socket_shut(fd: RawFd) {
    // SAFETY: a system call on a descriptor number; a wrong number is an error without effect.
    unsafe { libc::shutdown(fd, libc::SHUT_RDWR) };
}

/// What to wait for on one socket, and after the wait whether it is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interest {
    /// Bytes, or the end.
    pub read: bool,
    /// Room, or the end.
    pub write: bool,
}

/// Waits until something that is asked for is there, at most `limit`; leaves in `interests` what is.
pub fn socket_wait(sockets: &[(RawFd, Interest)], limit: Option<Duration>) -> Vec<Interest> {
    let events = |i: &Interest| (if i.read { libc::POLLIN } else { 0 }) | if i.write { libc::POLLOUT } else { 0 };
    let mut polled: Vec<libc::pollfd> =
        sockets.iter().map(|(fd, i)| libc::pollfd { fd: *fd, events: events(i), revents: 0 }).collect();
    // Rounded up: a wait that is too short would come back again and again.
    let limit = limit.map_or(-1, |l| i32::try_from(l.as_micros().div_ceil(1000)).unwrap_or(i32::MAX));
    // SAFETY: the list is live for the call and its length is passed. An interrupted wait leaves nothing ready.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, limit) };
    let ended = libc::POLLHUP | libc::POLLERR;
    let found = |(p, (_, asked)): (&libc::pollfd, &(RawFd, Interest))| Interest {
        read: ready > 0 && asked.read && p.revents & (libc::POLLIN | ended) != 0,
        write: ready > 0 && asked.write && p.revents & (libc::POLLOUT | ended) != 0,
    };
    polled.iter().zip(sockets).map(found).collect()
}
