//! `cargo xtask reset`: the starter comes back, the old file is kept beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::starters;
use crate::cli::Code;
use crate::labs::Lab;
use crate::submit::workspace;

/// Puts the starter's student files back.
///
/// # Errors
/// When a file cannot be moved or written; then nothing was lost.
pub fn run(lab: &'static Lab) -> Result<Code> {
    for file in lab.student_files {
        let path = workspace::place(&workspace::starter(lab), file);
        let fresh = starters::starter_text(lab, file)?;
        if std::fs::read_to_string(&path).is_ok_and(|now| now == fresh) {
            println!("{} is the starter already", shown(&path));
            continue;
        }
        let staged = with_suffix(&path, ".fresh");
        std::fs::write(&staged, &fresh).with_context(|| format!("writing {}", staged.display()))?;
        if path.exists() {
            let kept = free_name(&path);
            std::fs::rename(&path, &kept).with_context(|| format!("keeping {}", path.display()))?;
            println!("your {} is now {}", shown(&path), shown(&kept));
        }
        std::fs::rename(&staged, &path).with_context(|| format!("writing {}", path.display()))?;
        println!("{} is the starter again", shown(&path));
    }
    Ok(Code::Pass)
}

fn shown(path: &Path) -> String {
    path.strip_prefix(workspace::root()).unwrap_or(path).display().to_string()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// `flag.rs.old-1`, or the next number that is free.
fn free_name(path: &Path) -> PathBuf {
    let mut number = 1;
    loop {
        let name = with_suffix(path, &format!(".old-{number}"));
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}
