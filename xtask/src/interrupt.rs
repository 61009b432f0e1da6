//! Ctrl-C: the scratch folders go, a check that this process started ends, then the process itself; workers end with it.
//!
//! A thread of its own waits for the signals, so nothing here runs inside a signal handler. Children do not inherit the
//! blocked signals: the standard library clears the mask when it starts a program.

use std::io::Result;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::Mutex;
use std::time::{Duration, Instant};

static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// The child that must end before this process does. Its id is its own: it is removed under the same lock under which the
/// child is waited for.
static CHILD: Mutex<Option<u32>> = Mutex::new(None);
/// How long a child may take to clean up after itself before it is killed.
const CLEANING: Duration = Duration::from_secs(2);

/// Folders that must be removed however the process ends.
pub fn remember(folder: &Path) {
    SCRATCH.lock().unwrap_or_else(|e| e.into_inner()).push(folder.to_path_buf());
}

/// Removes a remembered folder.
pub fn remove(folder: &Path) {
    let mut all = SCRATCH.lock().unwrap_or_else(|e| e.into_inner());
    all.retain(|f| f != folder);
    let _ = std::fs::remove_dir_all(folder);
}

/// Remembers a child, also a runner, that must end before this process does. There can be one at a time.
pub fn end_first(child: &Child) {
    *CHILD.lock().unwrap_or_else(|e| e.into_inner()) = Some(child.id());
}

/// The status of a remembered child, when it has ended.
///
/// # Errors
/// When it cannot be waited for.
pub fn ended(child: &mut Child) -> Result<Option<ExitStatus>> {
    let mut remembered = CHILD.lock().unwrap_or_else(|e| e.into_inner());
    let status = child.try_wait()?;
    if status.is_some() {
        *remembered = None;
    }
    Ok(status)
}

/// Asks a remembered child to end, so that it can clean up; one that does not is killed.
///
/// # Errors
/// When it cannot be waited for.
pub fn end(child: &mut Child) -> Result<()> {
    terminate(child.id());
    let asked = Instant::now();
    while ended(child)?.is_none() {
        if asked.elapsed() > CLEANING {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Asks one process, a child that has not been waited for, to end.
fn terminate(pid: u32) {
    if pid > 1 {
        // SAFETY: a positive id above 1 names exactly one process.
        unsafe { libc::kill(pid as i32, libc::SIGTERM) };
    }
}

/// Asks the remembered child to end and gives it time to. What is left of it dies with this process.
fn end_child() {
    let child = CHILD.lock().unwrap_or_else(|e| e.into_inner());
    let Some(pid) = *child else { return };
    terminate(pid);
    let asked = Instant::now();
    let runs = || {
        let mut info = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
        let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        // SAFETY: the kernel fills a live structure; the child stays to be waited for. The fields read are plain integers.
        unsafe { libc::waitid(libc::P_PID, pid, info.as_mut_ptr(), how) == 0 && info.assume_init_ref().si_pid() == 0 }
    };
    while runs() && asked.elapsed() < CLEANING {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts waiting for SIGINT, SIGTERM and SIGHUP. Call it before any other thread exists: they inherit the mask.
pub fn watch() {
    let signals = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];
    // SAFETY: a signal set on the stack, filled by the calls; SIGPIPE's default ends a process whose reader has gone.
    let set = unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        for signal in signals {
            libc::sigaddset(&mut set, signal);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        set
    };
    std::thread::spawn(move || {
        let mut signal = 0;
        // SAFETY: both arguments are live; the set is never changed again.
        unsafe { libc::sigwait(&set, &mut signal) };
        end_child();
        for folder in SCRATCH.lock().unwrap_or_else(|e| e.into_inner()).iter() {
            let _ = std::fs::remove_dir_all(folder);
        }
        std::process::exit(128 + signal);
    });
}
