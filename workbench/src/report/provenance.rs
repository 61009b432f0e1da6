//! Where a measurement comes from: without it a number in `docs/data` cannot be compared with anything.

use std::process::Command;

use serde::{Deserialize, Serialize};

use super::machine;
use crate::submit::workspace;

/// Machine, compiler and source of a measurement, and the command that repeats it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The command.
    pub command: String,
    /// The processor's name as the kernel gives it.
    pub cpu: String,
    /// Usable processors.
    pub cpus: f64,
    /// Kernel release.
    pub kernel: String,
    /// Compiler version.
    pub rustc: String,
    /// The commit that was measured; `+` after it when files had been changed since; `unknown` without git.
    pub commit: String,
    /// Seconds since 1970 when it was measured.
    pub unix_time: u64,
}

/// This machine, now.
pub fn here(command: &str) -> Provenance {
    let machine = machine::describe();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Provenance {
        command: command.to_owned(),
        cpu: cpu_name(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
        cpus: machine.cpus,
        kernel: machine.kernel,
        rustc: machine.rustc,
        commit: commit(),
        unix_time: now.map_or(0, |d| d.as_secs()),
    }
}

impl Provenance {
    /// One line for people.
    pub fn line(&self) -> String {
        format!("{} x {}, kernel {}, {}, commit {}", self.cpus, self.cpu, self.kernel, self.rustc, self.commit)
    }
}

/// The first processor's name; ARM kernels give none.
fn cpu_name(cpuinfo: &str) -> String {
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

/// The commit that this checkout is at, with a `+` when files outside `docs` have changed since; `unknown` without git.
pub fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(workspace::root()).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // Records are made one after the other: one that was just written does not change what the next one measures.
    let changed = git(&["status", "--porcelain", "--", ":!docs"]).is_none_or(|list| !list.is_empty());
    match git(&["rev-parse", "--short=12", "HEAD"]) {
        Some(commit) => commit + if changed { "+" } else { "" },
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        assert_eq!(cpu_name("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n"), "AMD EPYC");
        assert_eq!(cpu_name("processor\t: 0\n"), std::env::consts::ARCH);
    }
}
