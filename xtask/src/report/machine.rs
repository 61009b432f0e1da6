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
