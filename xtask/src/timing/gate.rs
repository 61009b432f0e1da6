//! Whether the machine is quiet enough to compare two times, and how many CPUs there are to run on.
//!
//! A ratio of two times hides what other programs do. A solution that holds its lock while it works measured 2.07 times
//! the reference on two quiet CPUs, and 1.09 beside a program that kept a CPU busy, because that left one CPU to both.
//! So a pair of runs during which others used more than [`BUSY`] cores is void. What counts is what they got, not what
//! they wanted: a program that sleeps often gets little beside busy workers, and then disturbs them little.
//!
//! **How exact.** The kernel charges CPU time in ticks (1 to 10 ms, to whatever runs at the tick), and `/proc/stat`
//! rounds down to 10 ms, while our own usage is exact to the microsecond. Measured with two busy workers on two quiet
//! CPUs, the difference has a standard deviation of at most 0.15 core over 50 ms and 0.06 over 126 ms, or twice that if
//! the workers sleep in step with the ticks. The error is left in, not subtracted: a false alarm costs one more pair,
//! but one tick for each of 64 CPUs would hide ten programs during 63 ms. Beside a program that used 1.0 core nothing
//! below 0.63 was measured, even over 50 ms; one that used 0.4 core was missed in 30 % of the intervals of 50 ms, 15 %
//! of 126 ms and 4 % of 250 ms. So a pair must take [`SHORTEST`], and had better take 100 ms.

use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Above this many cores used by others, an interval says nothing about the submission.
pub const BUSY: f64 = 0.3;
/// A shorter interval is not judged: half of [`BUSY`] is one standard deviation of the error there.
pub const SHORTEST: Duration = Duration::from_millis(50);
/// Own usage this many cores above the machine's is no rounding (0.4 was the most): the two accounts do not fit.
pub const MISFIT: f64 = 0.5;

/// What the CPUs have done since the machine started, in ticks (10 ms on common systems).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// Time spent on programs and in the kernel, interrupts included.
    pub busy: u64,
    /// Time a virtual CPU was ready to run but its host ran something else.
    pub steal: u64,
}

/// One moment: the wall clock, the whole machine, and what this process and its reaped children have used.
///
/// The kernel adds a child's usage, with that of all descendants it reaped itself, when we reap it. So everything that
/// runs in an interval must be reaped before its second snapshot, or it counts as foreign; and nothing reaped in it may
/// have worked before its first snapshot, or it hides foreign programs.
#[derive(Clone, Debug)]
pub struct Snapshot {
    at: Instant,
    machine: CpuTimes,
    ticks_per_second: f64,
    own: Duration,
}

impl Snapshot {
    /// Looks at the clock and at both accounts.
    pub fn take() -> Result<Self> {
        let text = fs::read_to_string("/proc/stat").context("cannot read the CPU times of this machine")?;
        let machine = parse_stat(&text).context("/proc/stat has no line of CPU times")?;
        // SAFETY: sysconf takes and returns numbers only.
        let ticks_per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64;
        Ok(Self { at: Instant::now(), machine, ticks_per_second, own: own_cpu()? })
    }
}

/// Processor time, the kernel's on our behalf included, that this process and the children it has reaped have used.
///
/// # Errors
/// When the kernel does not say.
pub fn own_cpu() -> Result<Duration> {
    Ok(usage(libc::RUSAGE_SELF)? + usage(libc::RUSAGE_CHILDREN)?)
}

/// Cores that others used between two snapshots, steal included; infinite if that cannot be told.
///
/// Infinite rather than an error or NaN, so that a caller who only compares with [`BUSY`] is on the safe side.
pub fn foreign_cores(before: &Snapshot, after: &Snapshot) -> f64 {
    let wall = after.at.saturating_duration_since(before.at);
    let cores = |from: u64, to: u64| to.saturating_sub(from) as f64 / after.ticks_per_second / wall.as_secs_f64();
    let busy = cores(before.machine.busy, after.machine.busy);
    let steal = cores(before.machine.steal, after.machine.steal);
    let own = after.own.saturating_sub(before.own).as_secs_f64() / wall.as_secs_f64();
    // Some kernels count stolen time as the program's own, so only usage above both is impossible.
    if wall < SHORTEST || own > busy + steal + MISFIT {
        return f64::INFINITY;
    }
    (busy - own).max(0.0) + steal
}

/// None if it was quiet, else what disturbed.
pub fn verdict(foreign: f64) -> Option<String> {
    match foreign {
        quiet if quiet <= BUSY => None,
        unknown if !unknown.is_finite() => Some("it cannot be told whether other programs ran".into()),
        one if one < 1.05 => Some(format!("another program uses {one:.1} core")),
        more => Some(format!("other programs use {more:.1} cores")),
    }
}

/// The processor time of all children that were reaped so far, with what they reaped.
///
/// # Errors
/// When the kernel does not tell.
pub fn reaped() -> Result<Duration> {
    usage(libc::RUSAGE_CHILDREN)
}

/// CPUs this process may use: those of its affinity mask, or less if a cgroup limits its share of time.
///
/// [`std::thread::available_parallelism`] counts the same, but makes 1 of a limit of 0.5 and of 1.9.
pub fn usable_cpus() -> f64 {
    let cgroups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    quota_dirs(&cgroups).iter().filter_map(|dir| quota_in(dir)).fold(affinity() as f64, f64::min)
}

/// The line of all CPUs together: the kernel rounds each line, so the sum over the others would round once a CPU.
fn parse_stat(text: &str) -> Option<CpuTimes> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
    // Guests follow, but their time is already in the user's.
    let [user, nice, system, _idle, _waiting, interrupts, deferred, steal, ..] = ticks[..] else { return None };
    Some(CpuTimes { busy: user + nice + system + interrupts + deferred, steal })
}

fn usage(of: libc::c_int) -> Result<Duration> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for writes of one rusage, which is all that getrusage writes.
    let failed = unsafe { libc::getrusage(of, usage.as_mut_ptr()) };
    ensure!(failed == 0, "getrusage: {}", std::io::Error::last_os_error());
    // SAFETY: rusage is made of integers, for which zeros are valid, and the kernel has filled it.
    let usage = unsafe { usage.assume_init() };
    let time = |t: libc::timeval| Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64);
    Ok(time(usage.ru_utime) + time(usage.ru_stime))
}

#[cfg(target_os = "linux")]
fn affinity() -> usize {
    // Room for 8192 CPUs, since the kernel refuses a mask smaller than its own, and libc's has 1024.
    let mut mask = [0 as libc::c_ulong; 8192 / libc::c_ulong::BITS as usize];
    // SAFETY: the mask is an array of machine words like cpu_set_t, and the size passed is that of the array.
    let failed = unsafe { libc::sched_getaffinity(0, size_of_val(&mask), mask.as_mut_ptr().cast()) };
    if failed == 0 { mask.iter().map(|word| word.count_ones() as usize).sum() } else { 1 }
}

#[cfg(not(target_os = "linux"))]
fn affinity() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Every directory that may hold a limit on us, from the text of `/proc/self/cgroup`.
///
/// The ancestors count because their limits hold for us too, and because in a container the path may be the host's:
/// then only the mount's root exists, and it is ours.
fn quota_dirs(cgroups: &str) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    for line in cgroups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        // Version 2 names no controllers. In version 1 the mount is named after all of them, or after this one.
        let mounts = match controllers {
            "" => vec![PathBuf::from(CGROUPS)],
            v1 if v1.split(',').any(|name| name == "cpu") => [v1, "cpu"].map(|m| Path::new(CGROUPS).join(m)).to_vec(),
            _ => continue,
        };
        for mount in mounts {
            let own = mount.join(path.trim_start_matches('/'));
            dirs.extend(own.ancestors().take_while(|dir| dir.starts_with(&mount)).map(Path::to_path_buf));
        }
    }
    dirs
}

/// Where cgroups are mounted on every common system.
const CGROUPS: &str = "/sys/fs/cgroup";

fn quota_in(dir: &Path) -> Option<f64> {
    let read = |file| fs::read_to_string(dir.join(file)).ok();
    read("cpu.max")
        .or_else(|| Some(format!("{} {}", read("cpu.cfs_quota_us")?, read("cpu.cfs_period_us")?)))
        .and_then(|text| parse_quota(&text))
}

/// CPUs from a quota and its period; no limit is `max` in version 2 and -1 in version 1, and neither is a `u64`.
fn parse_quota(text: &str) -> Option<f64> {
    let mut fields = text.split_whitespace().map(|field| field.parse::<u64>().ok());
    let (quota, period) = (fields.next()??, fields.next()??);
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cores that others used, given the ticks of the machine and our own milliseconds.
    fn foreign(wall_ms: u64, busy: u64, steal: u64, own_ms: u64) -> f64 {
        let machine = CpuTimes { busy: 1000, steal: 50 };
        let before = Snapshot { at: Instant::now(), machine, ticks_per_second: 100.0, own: Duration::from_millis(7) };
        let mut after = before.clone();
        after.at += Duration::from_millis(wall_ms);
        after.machine = CpuTimes { busy: 1000 + busy, steal: 50 + steal };
        after.own += Duration::from_millis(own_ms);
        foreign_cores(&before, &after)
    }

    #[test]
    fn the_rest_of_the_machine_is_foreign() {
        assert_eq!(foreign(100, 20, 0, 200), 0.0);
        assert_eq!(foreign(100, 20, 0, 100), 1.0);
        assert_eq!(foreign(100, 20, 5, 200), 0.5, "stolen time is lost to us as well");
        assert_eq!(foreign(100, 10, 10, 200), 1.0, "the kernel counted stolen time as our own");
        assert_eq!(foreign(100, 18, 0, 210), 0.0, "ticks are rough");
    }

    #[test]
    fn what_cannot_be_told_is_not_quiet() {
        assert_eq!(foreign(49, 10, 0, 98), f64::INFINITY, "too short");
        assert_eq!(foreign(0, 0, 0, 0), f64::INFINITY);
        assert_eq!(foreign(100, 0, 0, 200), f64::INFINITY, "a machine that counts nothing");
        assert!(verdict(f64::INFINITY).is_some() && verdict(f64::NAN).is_some());
    }

    #[test]
    fn verdicts_are_phrases() {
        assert_eq!(verdict(BUSY), None);
        assert_eq!(verdict(1.0).unwrap(), "another program uses 1.0 core");
        assert_eq!(verdict(1.06).unwrap(), "other programs use 1.1 cores");
    }

    #[test]
    fn stat_is_parsed() {
        let text = "cpu  100 20 30 9999 77 4 5 6 50 0\ncpu0 1 2 3 4 5 6 7 8 9 0\nintr 5\n";
        assert_eq!(parse_stat(text), Some(CpuTimes { busy: 159, steal: 6 }));
        assert_eq!(parse_stat("cpu0 1 2 3 4 5 6 7 8\ncpu  1 2 3\n"), None);
    }

    #[test]
    fn quotas_are_parsed() {
        assert_eq!(["150000 100000\n", "50000\n 100000\n"].map(parse_quota), [Some(1.5), Some(0.5)]);
        assert_eq!(["max 100000\n", "-1\n 100000\n", "0 0", ""].map(parse_quota), [None; 4]);
    }

    #[test]
    fn quotas_are_looked_for_up_to_the_mount() {
        let under = |dirs: &[&str]| dirs.iter().map(|dir| Path::new(CGROUPS).join(dir)).collect::<Vec<_>>();
        assert_eq!(quota_dirs("0::/a/b\n"), under(&["a/b", "a", ""]));
        assert_eq!(quota_dirs("0::/\n"), under(&[""]));
        let version_1 = "5:cpuset:/x\n4:cpu,cpuacct:/a\n1:name=systemd:/\n";
        assert_eq!(quota_dirs(version_1), under(&["cpu,cpuacct/a", "cpu,cpuacct", "cpu/a", "cpu"]));
        assert!(quota_dirs("nonsense").is_empty());
    }

    #[test]
    fn this_machine_answers() {
        assert!(usable_cpus() > 0.0);
        assert!(Snapshot::take().is_ok());
    }
}
