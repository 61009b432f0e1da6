//! A room of a jail: its parts, who lives behind its fence, what they may use, and at which level.

use std::fmt;
use std::path::{Path, PathBuf};

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

/// Whether we are root, and can become anybody.
pub fn is_root() -> bool {
    // SAFETY: a question without arguments.
    unsafe { libc::geteuid() == 0 }
}
