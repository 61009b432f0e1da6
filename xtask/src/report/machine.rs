//! The machine that grades, for the result document.

use std::process::Command;

use super::result::Machine;

/// What a reader of a result needs to know about where it came from.
pub fn describe() -> Machine {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().map(|o| o.stdout).unwrap_or_default();
    Machine {
        cpus: crate::timing::gate::usable_cpus(),
        kernel,
        rustc: String::from_utf8_lossy(&version).trim().to_owned(),
    }
}

/// The commit that this checkout is at, with a `+` when files have changed since; `unknown` without git.
pub fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(crate::submit::workspace::root()).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain"]).is_some_and(|list| !list.is_empty());
    git(&["rev-parse", "--short=12", "HEAD"]).map_or("unknown".to_owned(), |c| c + if changed { "+" } else { "" })
}
