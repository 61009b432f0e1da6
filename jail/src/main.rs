//! Fences for untrusted programs. `cargo xtask grade` starts this program; nobody else needs it.
//!
//! - `jail init`: the first process of a jail. It reaps, watches memory and processor time, and leaves nothing behind.
//! - `jail enter`: puts a fence around itself (limits, Landlock, user, system calls) and becomes another program.
//! - `jail canary`: tries to escape and says what succeeded. A level of protection is trusted only after that.
//! - `jail unpack`: unpacks an archive that somebody handed in; `jail pack` makes one to hand out.

#[cfg(target_os = "linux")]
mod canary;
#[cfg(target_os = "linux")]
mod census;
#[cfg(target_os = "linux")]
mod enter;
#[cfg(target_os = "linux")]
mod init;
#[cfg(target_os = "linux")]
mod pack;
#[cfg(target_os = "linux")]
mod syscalls;
#[cfg(target_os = "linux")]
mod unpack;
#[cfg(target_os = "linux")]
mod words;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let args: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    let done = match args.split_first() {
        Some((command, rest)) => match command.to_str() {
            Some("init") => init::run(rest),
            Some("enter") => enter::run(rest),
            Some("canary") => canary::run(rest),
            Some("pack") => pack::run(rest),
            Some("unpack") => unpack::run(rest),
            _ => Err(anyhow::anyhow!("{} is no command of the jail", command.display())),
        },
        None => Err(anyhow::anyhow!("this program is started by `cargo xtask grade`")),
    };
    done.unwrap_or_else(|error| {
        eprintln!("jail: {error:#}");
        ExitCode::from(OURS)
    })
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("jails are made of what only Linux has");
    ExitCode::from(OURS)
}

/// Exit code when the jail itself fails; no program in it is meant to use it.
const OURS: u8 = 125;
