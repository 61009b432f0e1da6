//! Ctrl-C: the scratch folders go, then the process ends; its workers end with it.
//!
//! A thread of its own waits for the signals, so nothing here runs inside a signal handler. Children do not inherit the
//! blocked signals: the standard library clears the mask when it starts a program.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

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
        for folder in SCRATCH.lock().unwrap_or_else(|e| e.into_inner()).iter() {
            let _ = std::fs::remove_dir_all(folder);
        }
        std::process::exit(128 + signal);
    });
}
