//! What the runner needs from the operating system besides the toolkit's own needs, for Linux and for the rest.
//!
//! Elsewhere the runner compiles, and everything that starts no lab works: hints, progress, starters. What needs Linux says
//! so.

/// Whether labs can be run here; a sentence says why not and what to do.
///
/// # Errors
/// On every system but Linux.
pub fn can_run_labs() -> Result<(), String> {
    match cfg!(target_os = "linux") {
        true => Ok(()),
        false => Err(format!(
            "not run: the labs' processes need Linux (memory files, futexes, robust lists), and this is {}. Edit here and run \
             in a Linux container or virtual machine; on Windows use WSL2. `hint`, `status`, `reset` and `completions` work \
             everywhere.",
            std::env::consts::OS
        )),
    }
}

pub use imp::{pin, usable_cpus};

#[cfg(target_os = "linux")]
mod imp {
    /// The processors this process may use.
    pub fn usable_cpus() -> Vec<usize> {
        // SAFETY: a set of plain bits, filled by the call; its size is passed.
        let set = unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set);
            set
        };
        // SAFETY: reads one bit of a live set; the index is below its size.
        let is_in = |c: &usize| unsafe { libc::CPU_ISSET(*c, &set) };
        let cpus: Vec<usize> = (0..libc::CPU_SETSIZE as usize).filter(is_in).collect();
        if cpus.is_empty() { vec![0] } else { cpus }
    }

    /// Keeps this thread, and the processes it starts, on one processor. A refusal costs speed only.
    pub fn pin(cpu: usize) {
        // SAFETY: a set of plain bits with one bit set; its size is passed.
        unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(cpu, &mut set);
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    /// Processors are not counted here.
    pub fn usable_cpus() -> Vec<usize> {
        vec![0]
    }

    /// Processes cannot be pinned here.
    pub fn pin(_cpu: usize) {}
}
