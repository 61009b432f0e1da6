//! `cargo xtask bench build`: what the first builds cost that somebody waits for, in a target folder of their own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::cli::Code;
use crate::measured::build::{FILE, Record, Row};
use crate::measured::keep;
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::submit::workspace::{self, Scratch};
use crate::timing::gate;

/// What is built: by which words, and who waits for it.
type Build = (&'static str, &'static [&'static str], &'static str);

/// From nothing, and only looked at: a part of the runner's.
const PART: Build = ("explorer", &["--package", "explorer"], "a part of the runner: toolkit and explorer");
/// One after the other, each beside what has been built before.
const BUILDS: [Build; 3] = [
    ("runner", &["--package", "xtask"], "every student's first `cargo xtask`"),
    ("toolkit", &["--package", "shared", "--profile", "lab"], "every student's first `check`"),
    ("workbench", &["--package", "workbench"], "who first grades, measures, renders the book"),
];

/// Builds from nothing and shows what it cost; keeps it if wanted.
///
/// # Errors
/// When something does not build.
pub fn run(record: bool) -> Result<Code> {
    let started = Started::now();
    let mut rows = Vec::new();
    for builds in [&[PART][..], &BUILDS] {
        let scratch = Scratch::new("first-build")?;
        for (name, words, who) in builds {
            eprintln!("{name} …");
            let (cpu, began) = (gate::own_cpu()?, Instant::now());
            build(words, &scratch.path)?;
            let (seconds, cpu) = (began.elapsed().as_secs_f64(), (gate::own_cpu()? - cpu).as_secs_f64());
            rows.push(Row { name: (*name).to_owned(), seconds, cpu, who: (*who).to_owned() });
        }
    }
    let done = Record { schema: SCHEMA, provenance: started.here("cargo xtask bench build"), rows };
    print!("{}", done.table());
    println!(
        "Crates that are downloaded first come on top. CPU: seconds of processor time, cargo and compilers together."
    );
    if record {
        keep(FILE, &done)?;
    }
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
