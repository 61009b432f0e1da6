//! The reference program: the solution, compiled once and kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::compile::{self, Toolkit};
use super::stage::Submission;
use super::workspace;
use crate::labs::Lab;

/// The compiled solution. It is kept in `target/labs/reference` under a hash of everything it is made of.
///
/// # Errors
/// When the solution is missing or does not compile: never the student's fault.
pub fn program(lab: &Lab, toolkit: &Toolkit) -> Result<PathBuf> {
    let folder = workspace::solution(lab);
    let mut hash = DefaultHasher::new();
    for file in lab.given_files.iter().chain(lab.student_files) {
        let text = std::fs::read(workspace::place(&folder, file)).with_context(|| format!("the solution's {file}"))?;
        text.hash(&mut hash);
    }
    toolkit.stamp()?.hash(&mut hash);
    let kept = workspace::labs_folder("reference")?.join(format!("{}-{:016x}", lab.name, hash.finish()));
    if kept.is_file() {
        return Ok(kept);
    }
    let program = match compile::compile(lab, &Submission::new(&folder, lab), toolkit, false)? {
        Ok(program) => program,
        Err(failure) => bail!("the solution of {} does not compile: {}", lab.name, failure.message),
    };
    // Somebody else may be doing the same: a rename puts one whole file or the other in place. And no copy: for as long as a
    // file is open for writing here, a process that is forked meanwhile holds it too, and then nobody can start it.
    std::fs::rename(&program.binary, &kept).with_context(|| format!("keeping the reference as {}", kept.display()))?;
    Ok(kept)
}
