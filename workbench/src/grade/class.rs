//! A class: a folder with one folder or archive a submission.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::labs::Lab;
use crate::submit::stage::Submission;

/// What somebody handed in.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, the same for no two: bytes that are no text, and control characters, are written `\x1b`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Everything in the folder, by name. Hidden entries (a leading dot) are none of the class.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
        let name = printable(entry.file_name().as_bytes());
        if !name.starts_with('.') {
            all.push(Entry { name, path: entry.path() });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// A name that may be shown anywhere, different for different bytes.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text += "\\\\",
                c if c.is_control() => text.extend(c.to_string().bytes().map(|b| format!("\\x{b:02x}"))),
                c => text.push(c),
            }
        }
        text.extend(chunk.invalid().iter().map(|b| format!("\\x{b:02x}")));
    }
    text
}

/// Where a submission's files are. `Ok(Err(sentence))`: what was handed in is no submission.
///
/// # Errors
/// Only when something of ours fails.
pub fn open(lab: &Lab, entry: &Entry, jail: Option<&Path>, scratch: &Path) -> Result<Result<Submission, String>> {
    let meta = match entry.path.symlink_metadata() {
        Ok(meta) => meta,
        Err(e) => return Ok(Err(format!("it cannot be read: {e}"))),
    };
    let lower = entry.name.to_ascii_lowercase();
    let archive = [".zip", ".tar.gz", ".tgz"].iter().any(|end| lower.ends_with(end));
    let folder = match () {
        () if meta.is_symlink() => return Ok(Err("it is a link; hand in the folder itself".into())),
        () if meta.is_dir() => entry.path.clone(),
        () if !meta.is_file() => return Ok(Err("it is neither a folder nor an archive".into())),
        () if !archive => return Ok(Err("it is neither a folder nor a .zip or .tar.gz archive".into())),
        () => {
            let to = scratch.join("unpacked");
            match unpack(jail.context("the jail's program unpacks archives")?, &entry.path, &to)? {
                Ok(()) => descend(lab, to),
                Err(sentence) => return Ok(Err(sentence)),
            }
        }
    };
    // The same words whoever handed the files in: the same files have the same result.
    Ok(Ok(Submission { shown: SHOWN.into(), ..Submission::new(&folder, lab) }))
}

/// What messages call the folder of a submission's sources.
pub const SHOWN: &str = "src";

/// Exit code of `jail unpack` when the archive is to blame.
const REFUSED: i32 = 3;

fn unpack(jail: &Path, from: &Path, to: &Path) -> Result<Result<(), String>> {
    std::fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    let word = |key: &str, path: &Path| {
        let mut word = std::ffi::OsString::from(format!("{key}="));
        word.push(path);
        word
    };
    let mut command = Command::new(jail);
    command.args(["unpack".into(), word("from", from), word("to", to)]).env_clear().stdin(Stdio::null());
    let output = command.output().context("starting the jail's program")?;
    match output.status.code() {
        Some(0) => Ok(Ok(())),
        Some(REFUSED) => Ok(Err(String::from_utf8_lossy(&output.stdout).trim().to_owned())),
        _ => bail!("unpacking {}: {}", from.display(), String::from_utf8_lossy(&output.stderr).trim()),
    }
}

/// Archives are often made of a folder: goes down while there is exactly one, and no student file.
fn descend(lab: &Lab, mut folder: PathBuf) -> PathBuf {
    for _ in 0..8 {
        let here = |f: &str| folder.join(f).symlink_metadata().is_ok() || folder.join("src").join(f).exists();
        let inner: Vec<PathBuf> =
            std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        match &inner[..] {
            [only] if only.is_dir() && !lab.student_files.iter().any(|f| here(f)) => folder = only.clone(),
            _ => break,
        }
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_harmless() {
        assert_eq!(printable(b"ann"), "ann");
        assert_eq!(printable("b\u{e4}rbel".as_bytes()), "b\u{e4}rbel");
        assert_eq!(printable(b"x\xff\x1b[31m"), "x\\xff\\x1b[31m");
        assert_ne!(printable(b"\\xff"), printable(b"\xff"));
    }
}
