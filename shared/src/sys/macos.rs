//! macOS: type-checks, so that the labs can be read and edited there; running needs Linux (or a Linux container).
//!
//! macOS has no memory files, futexes or robust lists. Each function says so instead of pretending.

use std::io::{Error, ErrorKind, Result};
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

fn unsupported<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported, "the labs run on Linux; on macOS use a Linux virtual machine or container"))
}

/// Sleeps a little: there is no public futex.
pub fn futex_wait(_word: &AtomicU32, _expected: u32, _limit: Option<Duration>) {
    std::thread::sleep(Duration::from_micros(50));
}
/// Nothing to wake: waiters poll.
pub fn futex_wake(_word: &AtomicU32, _count: i32) -> i32 {
    0
}
/// The process id stands in for the thread id.
pub fn gettid() -> u32 {
    std::process::id()
}
/// There is no robust list.
///
/// # Safety
/// Does nothing, so nothing is asked of the caller.
pub unsafe fn set_robust_list(_head: *const u8, _len: usize) {}
/// Unsupported.
///
/// # Errors
/// Always.
pub fn memory_file(_name: &str, _len: usize) -> Result<OwnedFd> {
    unsupported()
}
/// Unsupported.
///
/// # Errors
/// Always.
pub fn seal_against_writers(_file: &OwnedFd) -> Result<()> {
    unsupported()
}
/// Unsupported.
///
/// # Errors
/// Always.
pub fn seal_for_good(_file: &OwnedFd) -> Result<()> {
    unsupported()
}
/// Nothing to do.
pub fn dont_inherit(_start: *mut u8, _len: usize) {}
/// Nothing to do.
pub fn inherit(_start: *mut u8, _len: usize) {}
/// Nothing to do.
pub fn keep_on_exec(_fd: RawFd) {}
/// Nothing to do.
pub fn close_from(_first: u32) {}
/// Nothing to do.
pub fn close_between(_first: u32, _last: u32) {}
/// Nothing to do.
pub fn die_with_parent(_parent: u32) {}
/// A process of one's own.
pub enum Fork {
    /// This is the new process.
    Child,
    /// This is the old one; the id of the new one.
    Parent(u32),
}
/// Unsupported.
///
/// # Safety
/// Does nothing, so nothing is asked of the caller.
///
/// # Errors
/// Always.
pub unsafe fn fork_as_sibling() -> Result<Fork> {
    unsupported()
}
/// Unsupported.
///
/// # Safety
/// Does nothing, so nothing is asked of the caller.
///
/// # Errors
/// Always.
pub unsafe fn fork_child() -> Result<Fork> {
    unsupported()
}
/// No children.
pub fn wait_any() -> Option<(u32, i32)> {
    None
}
/// No children.
///
/// # Errors
/// Always.
pub fn wait_now() -> Result<Option<(u32, i32)>> {
    unsupported()
}
/// Nothing to kill.
pub fn kill_process(_pid: u32) {}
/// Ends the process at once.
pub fn exit_now(code: i32) -> ! {
    std::process::exit(code)
}
/// Nanoseconds of the monotonic clock.
pub fn monotonic_ns() -> u64 {
    let now = super::hermetic::real_clock(libc::CLOCK_MONOTONIC);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
