//! The first process of a jail: starts a program, reaps everybody, watches what all together use, and ends the rest.
//!
//! In a process namespace it is process 1; without one it is the "subreaper" of everything below it. Either way a process
//! that leaves its parent comes to this one and not further, so nothing outlives the jail. What happened is told as one line of JSON
//! on a descriptor that no program in the jail gets.

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::census::{self, Census};
use crate::words::Words;

/// How often the jail is counted.
const LOOK: Duration = Duration::from_millis(50);

/// What everybody in the jail may use together.
struct Caps {
    bytes: u64,
    cpu_ms: u64,
    wall: Duration,
}

/// How the program ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Exited(i32),
    Signal(i32),
    Memory,
    Processor,
    Wall,
    Orphaned,
}

/// `jail init bytes=N cpu-ms=N wall-ms=N report=FD -- PROGRAM …`
///
/// # Errors
/// When the program cannot be started.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    let words = Words::read(args)?;
    let caps = Caps {
        bytes: words.need("bytes")?,
        cpu_ms: words.need("cpu-ms")?,
        wall: Duration::from_millis(words.need("wall-ms")?),
    };
    let report = keep_to_ourselves(words.need("report")? as RawFd);
    // SAFETY: process settings and a question, without memory effects.
    let parent = unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1);
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
        libc::getppid()
    };
    let (program, rest) = words.program.split_first().context("no program was named")?;
    let mut command = Command::new(program);
    command.args(rest);
    // SAFETY: between fork and exec only one system call on plain integers is made.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        })
    };
    let child = command.spawn().with_context(|| format!("starting {}", program.display()))?;
    let (end, seen) = watch(child.id() as i32, parent, &caps);
    let strays = tear_down();
    tell(report, &end, &seen, strays)?;
    Ok(ExitCode::from(match end {
        End::Exited(code) => code as u8,
        _ => crate::OURS,
    }))
}

/// The report's descriptor, closed in every program that is started.
fn keep_to_ourselves(fd: RawFd) -> std::fs::File {
    // SAFETY: the number was passed for this purpose and is owned by nobody else.
    unsafe {
        libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
        std::fs::File::from_raw_fd(fd)
    }
}

/// Reaps until the program has ended or something is used up.
fn watch(program: i32, parent: i32, caps: &Caps) -> (End, Census) {
    let started = Instant::now();
    let mut seen = Census::default();
    loop {
        let next = Instant::now() + LOOK;
        while Instant::now() < next {
            if let Some(end) = reap(program) {
                return (end, grown(seen, &census::take()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let census = census::take();
        let end = judge(&census, caps, started.elapsed());
        seen = grown(seen, &census);
        // SAFETY: a question without arguments.
        let orphaned = unsafe { libc::getppid() } != parent;
        if let Some(end) = end.or(orphaned.then_some(End::Orphaned)) {
            return (end, seen);
        }
    }
}

/// The most of both.
fn grown(seen: Census, now: &Census) -> Census {
    Census { alive: Vec::new(), cpu_ms: seen.cpu_ms.max(now.cpu_ms), bytes: seen.bytes.max(now.bytes) }
}

fn judge(census: &Census, caps: &Caps, wall: Duration) -> Option<End> {
    match () {
        () if census.bytes > caps.bytes => Some(End::Memory),
        () if census.cpu_ms > caps.cpu_ms => Some(End::Processor),
        () if wall > caps.wall => Some(End::Wall),
        () => None,
    }
}

/// Reaps all that has ended; how the program ended, if it did.
fn reap(program: i32) -> Option<End> {
    let mut end = None;
    loop {
        let mut status = 0;
        // SAFETY: `status` is a live integer.
        let pid = unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) };
        if pid <= 0 {
            return end;
        }
        if pid == program {
            end = Some(match libc::WIFSIGNALED(status) {
                true => End::Signal(libc::WTERMSIG(status)),
                false => End::Exited(libc::WEXITSTATUS(status)),
            });
        }
    }
}

/// Ends and reaps everything that is left; gives how many there were at first.
fn tear_down() -> usize {
    let first = census::take();
    let mut left = first.clone();
    while !left.alive.is_empty() {
        census::end_all(&left);
        reap(-1);
        std::thread::sleep(Duration::from_millis(1));
        left = census::take();
    }
    reap(-1);
    first.alive.len()
}

fn tell(mut report: std::fs::File, end: &End, seen: &Census, strays: usize) -> Result<()> {
    let (how, number) = match end {
        End::Exited(code) => ("exited", *code),
        End::Signal(signal) => ("signal", *signal),
        End::Memory => ("memory", 0),
        End::Processor => ("processor", 0),
        End::Wall => ("wall", 0),
        End::Orphaned => ("orphaned", 0),
    };
    let line = serde_json::json!({
        "end": how, "number": number, "cpu_ms": seen.cpu_ms, "bytes": seen.bytes, "strays": strays,
    });
    writeln!(report, "{line}").context("reporting")
}
