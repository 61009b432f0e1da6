//! What grading services take: Gradescope a folder to zip, GitHub Classroom a workflow.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{copy, files, write};
use crate::grade::level;
use crate::labs::Lab;
use crate::submit::workspace;

const SETUP: &str = include_str!("gradescope-setup.sh");
const RUN: &str = include_str!("gradescope-run.sh");
const WORKFLOW: &str = include_str!("classroom.yml");

/// The word in the scripts that stands for the lab, and the one for the version of the compiler.
const WORDS: [&str; 2] = ["@LAB@", "@RUST@"];

fn fill_in(text: &str, lab: &Lab) -> Result<String> {
    let output = Command::new("rustc").arg("--version").output().context("starting rustc")?;
    let version = String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1).map(str::to_owned);
    let version = version.context("rustc does not say its version")?;
    Ok(text.replace(WORDS[0], lab.name).replace(WORDS[1], &version))
}

/// A folder `autograder` and `autograder.zip` of it: the workspace, `setup.sh`, `run_autograder`.
///
/// # Errors
/// When files cannot be read or written.
pub fn gradescope(lab: &Lab, out: &Path) -> Result<()> {
    let root = workspace::root();
    let folder = out.join("autograder");
    let mut all: Vec<PathBuf> = Vec::new();
    // Nobody but the instructor sees an autograder's folder; the corpus is of no use there.
    files(&root, &root, &|path| path == Path::new("xtask/corpus") || path == Path::new(".ci"), &mut all)?;
    copy(&root, &all, &folder.join("workspace"))?;
    for (name, text) in [("setup.sh", SETUP), ("run_autograder", RUN)] {
        write(&folder.join(name), fill_in(text, lab)?.as_bytes())?;
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755))?;
    }
    let mut command = Command::new(level::program()?);
    command.arg("pack").arg(word("from", &folder)).arg(word("to", &out.join("autograder.zip")));
    if !command.stdin(Stdio::null()).status().context("starting the jail's program")?.success() {
        bail!("packing {} failed", folder.display());
    }
    Ok(())
}

fn word(key: &str, path: &Path) -> std::ffi::OsString {
    let mut word = std::ffi::OsString::from(format!("{key}="));
    word.push(path);
    word
}

/// `.github/workflows/classroom.yml` for the repository that students get.
///
/// # Errors
/// When it cannot be written.
pub fn classroom(lab: &Lab, out: &Path) -> Result<()> {
    write(&out.join(".github/workflows/classroom.yml"), fill_in(WORKFLOW, lab)?.as_bytes())
}
