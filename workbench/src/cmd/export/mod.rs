//! `cargo xtask export`: what students get, and what a grading service takes.

mod handout;
mod services;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::cli::workbench::Export;
use crate::cli::{Code, usage};
use crate::labs::Lab;

/// Exports into a folder that is not there yet, or is empty.
///
/// # Errors
/// When files cannot be read or written.
pub fn run(kind: Export, lab: Option<&'static Lab>, out: &Path) -> Result<Code> {
    if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(usage(format!("--out {}: the folder is not empty", out.display())));
    }
    let lab =
        || lab.ok_or_else(|| usage("a service grades one lab: `cargo xtask export gradescope lab3 --out DIR`".into()));
    match kind {
        Export::Handout => handout::write_here(out)?,
        Export::Gradescope => services::gradescope(lab()?, out)?,
        Export::Classroom => services::classroom(lab()?, out)?,
    }
    println!("written to {}", out.display());
    Ok(Code::Pass)
}

/// Folders that belong to no export.
const LOCAL: [&str; 3] = ["target", ".git", "progress.toml"];

/// The files of a checkout below `folder`, relative to `root`, except those that `leave_out` names.
fn files(root: &Path, folder: &Path, leave_out: &dyn Fn(&Path) -> bool, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let relative = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        let local = path.file_name().is_some_and(|name| LOCAL.iter().any(|l| name == *l));
        if local || leave_out(&relative) {
            continue;
        }
        match path.is_dir() {
            true => files(root, &path, leave_out, into)?,
            false => into.push(relative),
        }
    }
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    let parent = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// Copies files, programs as programs.
fn copy(root: &Path, relative: &[PathBuf], to: &Path) -> Result<()> {
    ensure!(!relative.is_empty(), "{} holds no files", root.display());
    for file in relative {
        let place = to.join(file);
        fs::create_dir_all(place.parent().unwrap_or(to)).with_context(|| format!("making {}", place.display()))?;
        fs::copy(root.join(file), &place).with_context(|| format!("copying {}", file.display()))?;
    }
    Ok(())
}
