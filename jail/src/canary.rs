//! Tries to escape, and says what succeeded: a level of protection is trusted only when nothing did.
//!
//! One line an attempt, `held NAME` or `escaped NAME`, and `done` at the end: a canary that did not come to its end proves nothing.

use std::ffi::OsString;
use std::io::Read;
use std::net::{TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use crate::words::Words;

/// `jail canary secret=FILE list=DIR victim=PID port=N abstract=NAME write=DIR … nproc=N as=N`
///
/// # Errors
/// When the command line cannot be read.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    let words = Words::read(args)?;
    let victim = words.number("victim")?.unwrap_or(0) as i32;
    for path in words.paths("secret") {
        tell("reads-secret", std::fs::read(&path).is_ok());
    }
    for path in words.paths("list") {
        tell("lists-folder", std::fs::read_dir(&path).is_ok());
    }
    for folder in words.paths("write") {
        tell(&format!("writes-{}", folder.display()), writes(&folder));
    }
    tell("signals", signals(victim));
    tell("traces", traces(victim));
    tell("environment", environment(victim));
    if let Some(port) = words.number("port")? {
        network(port as u16);
    }
    for name in words.all("abstract") {
        tell("abstract-socket", abstract_socket(name.as_encoded_bytes()));
    }
    tell("inherited-descriptor", (3..256).any(is_open));
    tell("becomes-root", becomes_root());
    tell("namespaces", namespaces());
    tell("types-into-terminal", types_into_terminal());
    tell("starts-shell", Command::new("/bin/sh").args(["-c", "exit 0"]).status().is_ok());
    tell("memory", takes_memory(words.need("as")?));
    // SAFETY: a constant C string; the descriptor ends with the process.
    tell("memory-files", unsafe { libc::memfd_create(c"canary".as_ptr(), 0) } >= 0);
    tell("processes", forks_more_than(words.need("nproc")?));
    println!("done");
    Ok(ExitCode::SUCCESS)
}

fn tell(name: &str, escaped: bool) {
    println!("{} {name}", if escaped { "escaped" } else { "held" });
}

fn writes(folder: &Path) -> bool {
    let file = folder.join(format!("labs-canary-{}", std::process::id()));
    let written = std::fs::write(&file, b"x").is_ok();
    let _ = std::fs::remove_file(file);
    written
}

fn signals(victim: i32) -> bool {
    // SAFETY: signal 0 asks whether one could be sent; nothing is sent. The id is above 1.
    victim > 1 && unsafe { libc::kill(victim, 0) == 0 || libc::syscall(libc::SYS_tgkill, victim, victim, 0) == 0 }
}

fn traces(victim: i32) -> bool {
    let memory = [victim, 1].iter().any(|pid| std::fs::File::open(format!("/proc/{pid}/mem")).is_ok());
    // SAFETY: attaches to one process and lets it go again at once; null pointers are ignored.
    let attached = victim > 1
        && unsafe {
            let null = std::ptr::null_mut::<libc::c_void>();
            let attached = libc::ptrace(libc::PTRACE_SEIZE, victim, null, null) == 0;
            libc::ptrace(libc::PTRACE_DETACH, victim, null, null);
            attached
        };
    memory || attached || std::fs::File::options().write(true).open("/proc/self/mem").is_ok()
}

/// A grader's environment may hold passwords.
fn environment(victim: i32) -> bool {
    let readable = |pid: i32| {
        let mut text = Vec::new();
        let file = std::fs::File::open(format!("/proc/{pid}/environ"));
        file.and_then(|mut f| f.read_to_end(&mut text)).is_ok_and(|n| n > 0)
    };
    readable(victim) || readable(1) || std::env::vars_os().next().is_some()
}

fn network(port: u16) {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    tell("tcp", TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok());
    tell("udp", UdpSocket::bind("127.0.0.1:0").and_then(|s| s.send_to(b"x", address)).is_ok());
    for (name, family) in [("vsock", libc::AF_VSOCK), ("netlink", libc::AF_NETLINK), ("packet", libc::AF_PACKET)] {
        // SAFETY: a system call on plain integers; a descriptor that comes of it ends with the process.
        tell(name, unsafe {
            libc::socket(family, libc::SOCK_RAW, 0) >= 0 || libc::socket(family, libc::SOCK_STREAM, 0) >= 0
        });
    }
}

fn abstract_socket(name: &[u8]) -> bool {
    SocketAddr::from_abstract_name(name).and_then(|a| UnixStream::connect_addr(&a)).is_ok()
}

fn is_open(fd: i32) -> bool {
    // SAFETY: asks about a descriptor by number.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}

fn becomes_root() -> bool {
    // SAFETY: system calls on plain integers in a process of one thread.
    unsafe { libc::geteuid() != 0 && (libc::setuid(0) == 0 || libc::setresuid(0, 0, 0) == 0) }
}

fn namespaces() -> bool {
    // SAFETY: system calls on plain integers and constant C strings.
    unsafe {
        let own_user = libc::unshare(libc::CLONE_NEWUSER) == 0;
        let mounted = libc::mount(c"none".as_ptr(), c"/".as_ptr(), c"tmpfs".as_ptr(), 0, std::ptr::null()) == 0;
        own_user || mounted
    }
}

/// Without a terminal the kernel would say "not a terminal"; a filter refuses before it looks.
fn types_into_terminal() -> bool {
    // SAFETY: passes one live byte; standard input of a jail is never a terminal.
    let done = unsafe { libc::ioctl(0, libc::TIOCSTI, b"x".as_ptr()) } == 0;
    done || std::io::Error::last_os_error().raw_os_error() == Some(libc::ENOTTY)
}

/// More address space than one process may have.
fn takes_memory(limit: u64) -> bool {
    // SAFETY: a new anonymous mapping, never touched.
    let map = unsafe {
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        libc::mmap(std::ptr::null_mut(), limit as usize, libc::PROT_READ | libc::PROT_WRITE, kind, -1, 0)
    };
    map != libc::MAP_FAILED
}

/// Forks children that do nothing until one is refused, at most one more than the limit.
fn forks_more_than(limit: u64) -> bool {
    let mut born = 0;
    while born <= limit {
        // SAFETY: the process has one thread; the child only waits for its end.
        match unsafe { libc::fork() } {
            0 => {
                std::thread::sleep(Duration::from_secs(2));
                // SAFETY: ends the child.
                unsafe { libc::_exit(0) }
            }
            pid if pid > 0 => born += 1,
            _ => return false,
        }
    }
    true
}
