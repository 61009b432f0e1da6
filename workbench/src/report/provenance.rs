//! Where a measurement comes from: without it a number in `docs/data` cannot be compared with anything.

use std::process::Command;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::machine;
use crate::submit::workspace;
use crate::timing::gate::{self, BUSY, Snapshot};

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
    /// Seconds that measuring took, where somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Processors that other programs used meanwhile, where it could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<f64>,
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
        seconds: None,
        others: None,
    }
}

/// The beginning of a measurement whose end will say how long it took and what else ran.
pub struct Started {
    /// As it is now: whoever measures may pin itself to one processor.
    machine: Provenance,
    at: Instant,
    before: Option<Snapshot>,
}

impl Started {
    /// Now.
    pub fn now() -> Started {
        Started { machine: here(""), at: Instant::now(), before: Snapshot::take().ok() }
    }

    /// This machine, from the beginning until now.
    pub fn here(&self, command: &str) -> Provenance {
        let foreign = |before: &Snapshot| Some(gate::foreign_cores(before, &Snapshot::take().ok()?));
        let others = self.before.as_ref().and_then(foreign).filter(|cores| cores.is_finite());
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        let seconds = Some(rounded(self.at.elapsed().as_secs_f64()));
        Provenance { command: command.to_owned(), seconds, others: others.map(rounded), ..self.machine.clone() }
    }
}

impl Provenance {
    /// One line for people.
    pub fn line(&self) -> String {
        format!("{} x {}, kernel {}, {}, commit {}", self.cpus, self.cpu, self.kernel, self.rustc, self.commit)
    }

    /// The line below a table: the command, the machine, and whether something else ran.
    pub fn caption(&self) -> String {
        let busy = self.others.filter(|cores| *cores > BUSY);
        let busy = busy.map_or(String::new(), |cores| {
            format!(
                " **Recorded beside other work**, which used {cores:.1} processors: only counts and processor times mean anything."
            )
        });
        format!("*`{}`, {}.*{busy}", self.command, self.line())
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
    fn a_caption_says_what_else_ran() {
        let with = |others| Provenance { command: "cargo xtask x".into(), others, ..Provenance::default() }.caption();
        assert!(with(Some(BUSY + 0.1)).contains("beside other work"));
        assert!(!with(Some(BUSY)).contains("other work") && !with(None).contains("other work"));
    }

    #[test]
    fn the_processor_is_named() {
        assert_eq!(cpu_name("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n"), "AMD EPYC");
        assert_eq!(cpu_name("processor\t: 0\n"), std::env::consts::ARCH);
    }
}
