//! Jails: what a fenced process sees, who it is, what it may use, and how one is run.
//!
//! Every jail has two layers. The outer one is a room with a first process of our own (`jail init`): at L2 bubblewrap's
//! fresh namespaces (files, processes, network), at L1 only a process that everybody below comes back to. The inner one is
//! a fence (`jail enter`): another user, Landlock, limits, a list of allowed system calls. The compiler runs inside both. A
//! judge runs in the room but before the fence, and starts the student's processes through it: it can drive and kill
//! them, they cannot reach it.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::room::{Level, Part, Room, Use, part};

/// Bytes of output that are kept; more is read and dropped.
pub const OUTPUT: usize = 8 << 20;

/// How everything in a room ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The program ended with this code.
    Exited(i32),
    /// A signal ended the program.
    Signal(i32),
    /// All together held too much memory.
    Memory,
    /// All together used too much processor time.
    Processor,
    /// The machine stood still.
    Wall,
}

/// What a room left behind.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How.
    pub end: End,
    /// Standard output, cut to [`OUTPUT`].
    pub stdout: String,
    /// Standard error, cut to [`OUTPUT`].
    pub stderr: String,
    /// Processor time of all, milliseconds; 0 without a room.
    pub cpu_ms: u64,
    /// Processes that the program left behind and that were ended.
    pub strays: u64,
}

/// Jails of one level.
#[derive(Clone, Debug)]
pub struct Jail {
    /// The level.
    pub level: Level,
    /// The jail's own program.
    pub program: PathBuf,
}

impl Jail {
    /// Where the room has a part.
    pub fn place<'p>(&self, part: &'p Part) -> &'p Path {
        if self.level == Level::L2 { &part.inside } else { &part.host }
    }

    /// The jail's own program, as a part of its rooms.
    pub(super) fn own(&self) -> Part {
        part(&self.program, "/jail", Use::Ours)
    }

    /// Runs a program in the room, *before* the fence: the program is ours, or begins with [`Jail::fence`].
    ///
    /// # Errors
    /// Only when something of ours fails.
    pub fn run(&self, room: &Room, program: &[OsString]) -> Result<Ended> {
        let words: Vec<OsString> = match self.level {
            Level::None => program.to_vec(),
            Level::L1 => [self.init(room), program.to_vec()].concat(),
            Level::L2 => [self.bubblewrap(room), self.init(room), program.to_vec()].concat(),
        };
        let (first, rest) = words.split_first().context("no program")?;
        let mut command = Command::new(first);
        command.args(rest).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if room.programs {
            command.envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C")]);
        }
        if let Some(work) = room.parts.iter().find(|p| p.usage == Use::Write) {
            command.env("TMPDIR", self.place(work));
        }
        let (reader, writer) = pipe()?;
        only_this_descriptor(&mut command, writer.as_raw_fd());
        let mut child = command.spawn().with_context(|| format!("starting {}", first.display()))?;
        drop(writer);
        let (out, err) = (child.stdout.take().context("a pipe")?, child.stderr.take().context("a pipe")?);
        let (stdout, stderr, report) = std::thread::scope(|scope| {
            let err = scope.spawn(|| drain(err));
            let report = scope.spawn(|| drain(File::from(reader)));
            (drain(out), err.join().unwrap_or_default(), report.join().unwrap_or_default())
        });
        let status = child.wait().context("waiting for a jail")?;
        if self.level == Level::None {
            use std::os::unix::process::ExitStatusExt;
            let end = status.code().map_or_else(|| End::Signal(status.signal().unwrap_or(0)), End::Exited);
            return Ok(Ended { end, stdout, stderr, cpu_ms: 0, strays: 0 });
        }
        let report: Report =
            serde_json::from_str(&report).with_context(|| format!("the jail ended without a report: {stderr}"))?;
        let Report { end, number, cpu_ms, strays } = report;
        Ok(Ended { end: read_end(&end, number)?, stdout, stderr, cpu_ms, strays })
    }
}

#[derive(Deserialize)]
struct Report {
    end: String,
    number: i32,
    cpu_ms: u64,
    strays: u64,
}

fn read_end(end: &str, number: i32) -> Result<End> {
    Ok(match end {
        "exited" => End::Exited(number),
        "signal" => End::Signal(number),
        "memory" => End::Memory,
        "processor" => End::Processor,
        "wall" => End::Wall,
        other => bail!("the jail ended as `{other}`"),
    })
}

fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: two live integers, filled by the call; each descriptor is owned once.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(std::io::Error::last_os_error()).context("a pipe");
        }
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// The program gets this descriptor as number 3, and no other above 2: whoever started us may have left some open.
fn only_this_descriptor(command: &mut Command, fd: RawFd) {
    // SAFETY: between fork and exec only system calls on plain integers are made.
    unsafe {
        command.pre_exec(move || {
            // Already 3: a copy onto itself would keep "close on exec".
            if fd == 3 {
                libc::fcntl(3, libc::F_SETFD, 0);
            } else {
                libc::dup2(fd, 3);
            }
            libc::syscall(libc::SYS_close_range, 4, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
            Ok(())
        })
    };
}

/// Reads to the end, keeps the beginning.
fn drain(mut from: impl Read) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 8192]);
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let room = OUTPUT - kept.len();
        kept.extend_from_slice(&buffer[..n.min(room)]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
