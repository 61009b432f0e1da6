//! The command lines of a jail: bubblewrap's room, its first process, the fence before a program.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::jail::Jail;
use super::room::{Level, Room, Use, is_root};

impl Jail {
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

    /// The words of the first process.
    pub(super) fn init(&self, room: &Room) -> Vec<OsString> {
        let caps = room.caps;
        let settings = [("bytes", caps.bytes), ("cpu-ms", caps.cpu_ms), ("wall-ms", caps.wall_ms), ("report", 3)];
        let settings = settings.map(|(key, value)| format!("{key}={value}").into());
        let first = [self.place(&self.own()).into(), "init".into()];
        first.into_iter().chain(settings).chain(["--".into()]).collect()
    }

    /// The words that make the room of namespaces.
    pub(super) fn bubblewrap(&self, room: &Room) -> Vec<OsString> {
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
