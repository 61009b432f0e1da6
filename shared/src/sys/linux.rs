//! Linux: futexes, robust lists, memory files, process control.

use std::ffi::CString;
use std::io::{Error, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while `word` holds `expected`, at most `limit`. Returns on a wake-up, a change, a signal or the time limit;
/// callers loop and look again. Works between processes (the futex is not private).
pub fn futex_wait(word: &AtomicU32, expected: u32, limit: Option<Duration>) {
    let limit = limit.map(|d| libc::timespec { tv_sec: d.as_secs() as i64, tv_nsec: d.subsec_nanos() as i64 });
    let limit = limit.as_ref().map_or(std::ptr::null(), |t| t as *const libc::timespec);
    // SAFETY: the word and the time limit outlive the call; the kernel only reads them.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, limit) };
}

/// Wakes at most `count` sleepers of `word`, in any process.
pub fn futex_wake(word: &AtomicU32, count: i32) -> i32 {
    // SAFETY: the kernel only uses the address of a live word as a key.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) as i32 }
}

/// The calling thread's id; for a main thread also its process id.
pub fn gettid() -> u32 {
    // SAFETY: a system call without arguments.
    unsafe { libc::gettid() as u32 }
}

/// Registers the head of the calling thread's robust list: the kernel walks it when the thread dies, however it dies.
///
/// # Safety
/// `head` must point to a valid robust list head (two words and an offset) that lives as long as the thread.
pub unsafe fn set_robust_list(head: *const u8, len: usize) {
    // SAFETY: promised by the caller.
    unsafe { libc::syscall(libc::SYS_set_robust_list, head, len) };
}

/// A new memory file of `len` bytes, close-on-exec; `name` shows in `/proc` only.
///
/// # Errors
/// When the kernel has no memory files, descriptors or memory left.
pub fn memory_file(name: &str, len: usize) -> Result<OwnedFd> {
    let name = CString::new(name).expect("a name without NUL");
    // SAFETY: the name is a C string; the result is checked before it is owned.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if fd < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: `fd` was just created and belongs to nobody else.
    let file = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: a system call on a descriptor we own.
    if unsafe { libc::ftruncate(file.as_raw_fd(), len as i64) } < 0 {
        return Err(Error::last_os_error());
    }
    // Reserve the pages now: a full memory is an error here, not a SIGBUS at the first touch.
    // SAFETY: a system call on a descriptor we own.
    if unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, len as i64) } < 0 {
        return Err(Error::last_os_error());
    }
    Ok(file)
}

/// Forbids new writable mappings and size changes of a memory file; mappings that exist keep working.
///
/// # Errors
/// When the kernel refuses a seal (older than 5.1).
pub fn seal_against_writers(file: &OwnedFd) -> Result<()> {
    const F_SEAL_FUTURE_WRITE: libc::c_int = 0x10;
    seal(file, F_SEAL_FUTURE_WRITE)
}

/// Forbids every write to a memory file, through mappings too, and size changes.
///
/// # Errors
/// When somebody has a mapping that could write.
pub fn seal_for_good(file: &OwnedFd) -> Result<()> {
    seal(file, libc::F_SEAL_WRITE)
}

fn seal(file: &OwnedFd, against: libc::c_int) -> Result<()> {
    let seals = against | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    // SAFETY: a system call on a descriptor we own.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

/// Keeps the pages of a mapping out of children: after a fork they are simply not there.
pub fn dont_inherit(start: *mut u8, len: usize) {
    // SAFETY: the caller owns the mapping; the advice changes only what later forks inherit.
    unsafe { libc::madvise(start.cast(), len, libc::MADV_DONTFORK) };
}

/// Takes back [`dont_inherit`]: the children of later forks have the mapping.
pub fn inherit(start: *mut u8, len: usize) {
    // SAFETY: as above.
    unsafe { libc::madvise(start.cast(), len, libc::MADV_DOFORK) };
}

/// Lets a descriptor survive the next `exec`.
pub fn keep_on_exec(fd: RawFd) {
    // SAFETY: a system call on a descriptor number; a wrong number is an error without effect.
    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
}

/// Closes every descriptor from `first` on.
pub fn close_from(first: u32) {
    close_between(first, u32::MAX);
}

/// Closes every descriptor from `first` to `last`.
pub fn close_between(first: u32, last: u32) {
    // SAFETY: callers own the process; nothing in the range is used afterwards. An empty range is an error without effect.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
}

/// Dies with SIGKILL when the parent thread ends, and cannot be traced by processes of the same user. Ends at once when
/// the parent, which must be process `parent`, is gone already.
pub fn die_with_parent(parent: u32) {
    // SAFETY: two process settings and a question, without memory effects.
    let now = unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
        libc::getppid() as u32
    };
    if now != parent {
        exit_now(1);
    }
}

/// A process of one's own: what [`fork_as_sibling`] and [`fork_child`] return.
pub enum Fork {
    /// This is the new process.
    Child,
    /// This is the old one; the id of the new one.
    Parent(u32),
}

/// Forks a *sibling*: the new process is a child of this process's parent, which can wait for it directly.
///
/// # Safety
/// The process must be single-threaded: locks held by other threads would stay locked in the new process.
///
/// # Errors
/// When the kernel refuses (limits, memory).
pub unsafe fn fork_as_sibling() -> Result<Fork> {
    // SAFETY: promised by the caller. A raw clone without a new stack behaves like fork.
    unsafe { clone(libc::CLONE_PARENT) }
}

/// Forks a child.
///
/// # Safety
/// As [`fork_as_sibling`].
///
/// # Errors
/// When the kernel refuses (limits, memory).
pub unsafe fn fork_child() -> Result<Fork> {
    // SAFETY: promised by the caller.
    unsafe { clone(0) }
}

unsafe fn clone(flags: i32) -> Result<Fork> {
    let flags = (flags | libc::SIGCHLD) as libc::c_long;
    // SAFETY: no stack, no thread-local block and no id pointers are passed: fork semantics.
    match unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } {
        0 => Ok(Fork::Child),
        pid if pid > 0 => Ok(Fork::Parent(pid as u32)),
        _ => Err(Error::last_os_error()),
    }
}

/// Waits for one child of this process and returns its id and wait status; `None` when there is no child.
pub fn wait_any() -> Option<(u32, i32)> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is a live integer.
        let pid = unsafe { libc::waitpid(-1, &mut status, 0) };
        if pid > 0 {
            return Some((pid as u32, status));
        }
        if Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            return None;
        }
    }
}

/// As [`wait_any`], without waiting: `Ok(None)` while no child has ended.
///
/// # Errors
/// When there is no child.
pub fn wait_now() -> Result<Option<(u32, i32)>> {
    let mut status = 0;
    // SAFETY: `status` is a live integer.
    match unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) } {
        0 => Ok(None),
        pid if pid > 0 => Ok(Some((pid as u32, status))),
        _ => Err(Error::last_os_error()),
    }
}

/// Kills one process by id. Ids 0, 1 and below are refused: they would mean groups or the init process.
pub fn kill_process(pid: u32) {
    if pid > 1 {
        // SAFETY: a positive id above 1 names exactly one process.
        unsafe { libc::kill(pid as i32, libc::SIGKILL) };
    }
}

/// Ends the process at once, without running destructors or exit handlers.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: does not return.
    unsafe { libc::_exit(code) }
}

/// Nanoseconds of the monotonic clock, read past the toolkit's own interposed functions.
pub fn monotonic_ns() -> u64 {
    let now = super::hermetic::real_clock(libc::CLOCK_MONOTONIC);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
