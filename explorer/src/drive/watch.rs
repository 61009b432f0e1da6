//! A worker that says nothing: is it busy, does it hang, does it sleep where the toolkit cannot see it?

use std::time::Duration;

use super::machine::Broken;

/// A worker that has used this much processor time of its own since its last toolkit operation hangs. Computation is
/// answered when stepped, so between two operations there is nothing that takes a thousandth of it.
pub const HANG_CPU: Duration = Duration::from_millis(1_500);

/// Looks in a row at which a worker was asleep and had used no time: it sleeps outside the toolkit.
const ASLEEP_LOOKS: u32 = 5;

/// What a waiting grader knows of a silent worker.
#[derive(Default)]
pub(super) struct Watch {
    first_cpu: Option<Duration>,
    last_cpu: Duration,
    asleep: u32,
}

impl Watch {
    /// Looks once more; `Some` when it hangs or sleeps outside the toolkit.
    pub(super) fn look(&mut self, pid: u32) -> Option<Broken> {
        let (state, cpu) = process_state(pid)?;
        let since = cpu.saturating_sub(*self.first_cpu.get_or_insert(cpu));
        self.asleep = if state == 'S' && cpu == self.last_cpu { self.asleep + 1 } else { 0 };
        self.last_cpu = cpu;
        if since >= HANG_CPU {
            return Some(Broken::Spinning);
        }
        (self.asleep >= ASLEEP_LOOKS).then(|| Broken::AsleepOutside(sleeping_call(pid)))
    }
}

/// State letter and processor time of a process.
pub fn process_state(pid: u32) -> Option<(char, Duration)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // SAFETY: asks for a constant of the system.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as u64;
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some((fields.first()?.chars().next()?, Duration::from_millis(ticks * 1000 / per_second)))
}

/// Whether a process still runs.
pub(super) fn process_runs(pid: u32) -> bool {
    process_state(pid).is_some_and(|(state, _)| state != 'Z' && state != 'X')
}

/// The name of the system call in which a process sleeps, as far as we may know.
fn sleeping_call(pid: u32) -> String {
    let number = std::fs::read_to_string(format!("/proc/{pid}/syscall"))
        .ok()
        .and_then(|text| text.split_whitespace().next().and_then(|n| n.parse::<i64>().ok()));
    match number {
        Some(number) => call_name(number).map_or_else(|| format!("system call {number}"), str::to_owned),
        None => "a system call".into(),
    }
}

/// What a system call with this number does, for those in which a worker may be found asleep.
#[cfg(target_os = "linux")]
fn call_name(number: i64) -> Option<&'static str> {
    match number {
        libc::SYS_futex => Some("futex (a lock or channel of the standard library)"),
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Some("sleep"),
        libc::SYS_read => Some("read"),
        libc::SYS_wait4 | libc::SYS_waitid => Some("wait for a process"),
        libc::SYS_ppoll => Some("poll"),
        // 64-bit ARM has no such call.
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll => Some("poll"),
        _ => None,
    }
}

/// Calls have no stable numbers here.
#[cfg(not(target_os = "linux"))]
fn call_name(_number: i64) -> Option<&'static str> {
    None
}
