//! The handout: the workspace without solutions, corpus and the tests that need them. Without a solution there is no reference
//! to race against: there, `check` says so, and the virtual clock alone judges speed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{copy, files, write};
use crate::cmd::starters;
use crate::labs::LABS;
use crate::submit::workspace;

/// What students do not get.
const LEFT_OUT: [&str; 4] = ["solutions", "xtask/corpus", ".ci", "cluster"];

/// A test in these folders that names one of these words needs what students do not get, and is left out as well.
const TESTS: [&str; 2] = ["xtask/tests", "workbench/tests"];
const NEEDS: [&str; 2] = ["corpus", "solution"];

/// Writes the handout.
///
/// # Errors
/// When files cannot be read or written, or something of a solution would be in it.
pub fn write_to(root: &Path, out: &Path) -> Result<()> {
    let mut all: Vec<PathBuf> = Vec::new();
    files(root, root, &|path| LEFT_OUT.iter().any(|left| path == Path::new(left)), &mut all)?;
    let needs = |path: &PathBuf| {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        TESTS.iter().any(|tests| path.starts_with(tests)) && NEEDS.iter().any(|word| text.contains(word))
    };
    let (tests, all): (Vec<PathBuf>, Vec<PathBuf>) = all.into_iter().partition(needs);
    copy(root, &all, out)?;
    for test in tests {
        println!("left out, because it needs what students do not get: {}", test.display());
    }
    // The starters as they are generated, whatever somebody has made of them here.
    for lab in LABS {
        for (path, text) in starters::files(lab)? {
            write(&out.join(path.strip_prefix(root).unwrap_or(&path)), text.as_bytes())?;
        }
    }
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).context("the workspace's manifest")?;
    let without = manifest.replace(", \"solutions/*\"", "");
    ensure!(without != manifest, "the workspace's manifest does not name the solutions where it is expected to");
    write(&out.join("Cargo.toml"), without.as_bytes())?;
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("the workspace's lock file")?;
    write(&out.join("Cargo.lock"), without_solutions(&lock).as_bytes())
}

/// Writes the handout of this checkout.
///
/// # Errors
/// As [`write_to`].
pub fn write_here(out: &Path) -> Result<()> {
    write_to(&workspace::root(), out)
}

/// The lock file without the packages `labN-solution`: a build with `--locked` takes no package that is not there.
fn without_solutions(lock: &str) -> String {
    let solution = |block: &&str| !block.lines().any(|l| l.starts_with("name = \"lab") && l.ends_with("-solution\""));
    let blocks: Vec<&str> = lock.split("\n\n").filter(solution).collect();
    let text = blocks.join("\n\n");
    if text.ends_with('\n') { text } else { text + "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_loses_the_solutions_and_nothing_else() {
        let lock =
            "version = 4\n\n[[package]]\nname = \"lab3\"\n\n[[package]]\nname = \"lab3-solution\"\nversion = \"1\"\n";
        assert_eq!(without_solutions(lock), "version = 4\n\n[[package]]\nname = \"lab3\"\n");
    }
}
