//! Jails: what a fenced process sees, who it is, what it may use, and how one is run.
//!
//! Every jail has two layers. The outer one is a room with a first process of our own (`jail init`): at L2 bubblewrap's
//! fresh namespaces (files, processes, network), at L1 only a process that everybody below comes back to. The inner one is
//! a fence (`jail enter`): another user, Landlock, limits, a list of allowed system calls. The compiler runs inside both. A
//! judge runs in the room but before the fence, and starts the student's processes through it: it can drive and kill
//! them, they cannot reach it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::user::User;

/// How much a jail holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Fresh namespaces by bubblewrap, and everything of L1 that the kernel has.
    L2,
    /// Another user if we are root, Landlock, allowed system calls, limits, a reaping process.
    L1,
    /// Nothing.
    None,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::L2 => "L2",
            Level::L1 => "L1",
            Level::None => "none",
        })
    }
}

/// What everybody in a room may use together, and each process alone.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// Resident memory of all, bytes.
    pub bytes: u64,
    /// Processor time of all, milliseconds. More is the student's doing: a lab needs one or two seconds.
    pub cpu_ms: u64,
    /// Time on the clock, milliseconds. More is a machine that stands still: never a verdict.
    pub wall_ms: u64,
    /// Address space of one process, bytes.
    pub address: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Processes of the user.
    pub processes: u64,
}

/// For the compiler: it takes 0.2 GB and half a second.
pub const BUILD: Caps =
    Caps { bytes: 2 << 30, cpu_ms: 10_000, wall_ms: 600_000, address: 4 << 30, file: 128 << 20, processes: 64 };
/// For judging: the lab's processes take some megabytes and a second.
pub const JUDGE: Caps =
    Caps { bytes: 1 << 30, cpu_ms: 600_000, wall_ms: 1_800_000, address: 512 << 20, file: 16 << 20, processes: 64 };
/// Bytes of output that are kept; more is read and dropped.
pub const OUTPUT: usize = 8 << 20;

/// What may be done with a part of the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Only the trusted first processes use it.
    Ours,
    /// Read.
    Read,
    /// Read and run.
    Run,
    /// Everything.
    Write,
}

/// A file or folder in the room: where it is, and where the room has it if it has its own files.
#[derive(Clone, Debug)]
pub struct Part {
    /// On this machine.
    pub host: PathBuf,
    /// In a room with files of its own.
    pub inside: PathBuf,
    /// For what.
    pub usage: Use,
}

/// A part of a room.
pub fn part(host: &Path, inside: impl Into<PathBuf>, usage: Use) -> Part {
    Part { host: host.to_path_buf(), inside: inside.into(), usage }
}

/// A room: its parts, whose processes live behind its fence, and what they may use.
pub struct Room {
    /// The parts.
    pub parts: Vec<Part>,
    /// Who lives behind the fence; nobody else: ourselves.
    pub user: Option<User>,
    /// Limits.
    pub caps: Caps,
    /// The compiler's programs as well as libraries.
    pub programs: bool,
}

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

    fn own(&self) -> Part {
        part(&self.program, "/jail", Use::Ours)
    }

    /// The words before a program that put it behind the fence; none at level none.
    pub fn fence(&self, room: &Room) -> Vec<OsString> {
        if self.level == Level::None {
            return Vec::new();
        }
        let mut words: Vec<OsString> = vec![self.place(&self.own()).into(), "enter".into()];
        let mut say = |key: &str, value: &OsStr| {
            let mut word = OsString::from(format!("{key}="));
            word.push(value);
            words.push(word);
        };
        say("landlock", OsStr::new(if self.level == Level::L1 { "must" } else { "try" }));
        if let Some(user) = &room.user {
            say("uid", OsStr::new(&user.id.to_string()));
        }
        for path in system(room.programs).into_iter().filter(|p| p.exists()) {
            say("run", path.as_os_str());
        }
        say("read", OsStr::new("/etc/ld.so.cache"));
        say("write", OsStr::new("/dev/null"));
        for part in &room.parts {
            match part.usage {
                Use::Ours => {}
                Use::Read => say("read", self.place(part).as_os_str()),
                Use::Run => say("run", self.place(part).as_os_str()),
                Use::Write => say("write", self.place(part).as_os_str()),
            }
        }
        let caps = room.caps;
        let seconds = caps.cpu_ms / 1000;
        for (key, value) in [("as", caps.address), ("core", 0), ("cpu-seconds", seconds), ("fsize", caps.file)]
            .into_iter()
            .chain([("nofile", 256), ("nproc", processes(room))])
        {
            say(key, OsStr::new(&value.to_string()));
        }
        words.push("--".into());
        words
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

    fn init(&self, room: &Room) -> Vec<OsString> {
        let caps = room.caps;
        let settings = [("bytes", caps.bytes), ("cpu-ms", caps.cpu_ms), ("wall-ms", caps.wall_ms), ("report", 3)];
        let settings = settings.map(|(key, value)| format!("{key}={value}").into());
        let first = [self.place(&self.own()).into(), "init".into()];
        first.into_iter().chain(settings).chain(["--".into()]).collect()
    }

    fn bubblewrap(&self, room: &Room) -> Vec<OsString> {
        let mut words: Vec<OsString> = BUBBLEWRAP.map(OsString::from).into();
        if !is_root() {
            words.push("--unshare-user".into());
        } else {
            words.extend(["--cap-drop", "ALL"].map(OsString::from));
            // To become another user, to give up rights, to end and to look at that user's processes.
            for right in ["SETUID", "SETGID", "SETPCAP", "KILL", "SYS_PTRACE"] {
                words.extend(["--cap-add".into(), format!("CAP_{right}").into()]);
            }
        }
        for path in system(room.programs) {
            words.extend(mount(&path));
        }
        words.extend(["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"].map(OsString::from));
        for part in room.parts.iter().chain([&self.own()]) {
            let how = if part.usage == Use::Write { "--bind" } else { "--ro-bind" };
            words.extend([how.into(), part.host.clone().into(), part.inside.clone().into()]);
        }
        let home = room.parts.iter().find(|p| p.usage == Use::Write).map_or(Path::new("/"), |p| &p.inside);
        words.extend(["--remount-ro", "/", "--chdir"].map(OsString::from));
        words.push(home.into());
        words
    }
}

/// Fresh namespaces, a first process of ours, everything ends with us. Folders that are made on the way are private to root
/// unless they are made first.
const BUBBLEWRAP: [&str; 26] = [
    "bwrap",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--new-session",
    "--as-pid-1",
    "--perms",
    "0755",
    "--dir",
    "/usr",
    "--perms",
    "0755",
    "--dir",
    "/etc",
    "--perms",
    "0755",
    "--dir",
    "/dev",
    "--dev-bind",
    "/dev/null",
    "/dev/null",
    "--proc",
    "/proc",
];

/// Folders of libraries, and of programs if asked for.
fn system(programs: bool) -> Vec<PathBuf> {
    let some: &[&str] = if programs {
        &["/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/alternatives"]
    } else {
        &["/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/lib32"]
    };
    some.iter().map(PathBuf::from).collect()
}

/// Bubblewrap's words for a folder of the system: a link stays a link, what is not there is left out.
fn mount(path: &Path) -> Vec<OsString> {
    match (std::fs::read_link(path), path.exists()) {
        (Ok(target), _) => vec!["--symlink".into(), target.into(), path.into()],
        (_, true) => vec!["--ro-bind".into(), path.into(), path.into()],
        _ => Vec::new(),
    }
}

/// Whether we are root, and can become anybody.
pub fn is_root() -> bool {
    // SAFETY: a question without arguments.
    unsafe { libc::geteuid() == 0 }
}

/// The limit counts all processes of a user: a user of their own starts at none, our own has some already.
fn processes(room: &Room) -> u64 {
    if room.user.is_some() {
        return room.caps.processes;
    }
    use std::os::unix::fs::MetadataExt;
    // SAFETY: a question without arguments.
    let me = unsafe { libc::getuid() };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let own = entries.filter(|e| e.metadata().is_ok_and(|m| m.uid() == me));
    // Threads count as well; nobody counts them here, so there is room for some.
    room.caps.processes + 4 * own.count() as u64
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
