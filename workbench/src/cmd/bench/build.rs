//! `cargo xtask bench build`: what the first builds cost that somebody waits for, in a target folder of their own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::cli::Code;
use crate::submit::workspace::{self, Scratch};
use crate::timing::gate;

/// What is built, one after the other, each beside what has been built before: by which words, and who waits for it.
const BUILDS: [(&str, &[&str], &str); 3] = [
    ("runner", &["--package", "xtask"], "every student's first `cargo xtask`"),
    ("toolkit", &["--package", "shared", "--profile", "lab"], "every student's first `check`"),
    ("workbench", &["--package", "workbench"], "who first grades, measures, renders the book"),
];

/// Builds from nothing and shows what it cost.
///
/// # Errors
/// When something does not build.
pub fn run() -> Result<Code> {
    let scratch = Scratch::new("first-build")?;
    println!("{:<10}{:>8}{:>8}  who waits", "", "seconds", "CPU");
    for (name, words, who) in BUILDS {
        let (cpu, started) = (gate::own_cpu()?, Instant::now());
        build(words, &scratch.path)?;
        let (seconds, cpu) = (started.elapsed().as_secs_f64(), (gate::own_cpu()? - cpu).as_secs_f64());
        println!("{name:<10}{seconds:>8.1}{cpu:>8.1}  {who}");
    }
    println!(
        "Crates that are downloaded first come on top. CPU: seconds of processor time, cargo and compilers together."
    );
    Ok(Code::Pass)
}

fn build(words: &[&str], target: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).args(["build", "--quiet", "--locked"]).args(words);
    // As a student's shell has it, whatever this one was built with.
    command.env_remove("CARGO_INCREMENTAL").arg("--target-dir").arg(target);
    let status = command.stdin(Stdio::null()).status().context("starting cargo")?;
    ensure!(status.success(), "cargo build {} failed", words.join(" "));
    Ok(())
}
