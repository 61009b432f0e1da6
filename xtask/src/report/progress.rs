//! Progress in the labs, kept in one small text file at the root of the checkout: git ignores it, so it survives pulls.
//!
//! What the runner does not know, such as a lab of another branch, stays in the file. A check that was given another name
//! keeps its progress through [`FORMER_NAMES`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::result::{Document, Status};
use crate::predict::Prediction;
use crate::submit::workspace;

/// Checks that had another name once: lab, old name, new name.
const FORMER_NAMES: &[(&str, &str, &str)] = &[];

const HEAD: &str = "# Your progress, written by `cargo xtask check`, `hint` and `run`; `cargo xtask status` shows it.\n\
                    # It stays on this machine. Delete the file to begin anew.\n";

/// The whole file: one entry a lab.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Progress {
    /// By the lab's name.
    pub labs: BTreeMap<String, LabProgress>,
}

/// One lab.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LabProgress {
    /// Points of the last check.
    pub score: u32,
    /// The most points there ever were.
    pub best: u32,
    /// Points there are.
    pub max_score: u32,
    /// How many times it was checked.
    pub checked: u32,
    /// Whether it compiled the last time.
    pub builds: bool,
    /// Fingerprint of the files that were checked last.
    pub files: String,
    /// By the check's name.
    pub checks: BTreeMap<String, CheckProgress>,
    /// The guesses, once they are sealed.
    pub prediction: Option<Prediction>,
}

/// One check.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CheckProgress {
    /// What became of it the last time the program compiled; nothing when it never did.
    pub status: Option<Status>,
    /// Points, then.
    pub score: u32,
    /// Whether it has ever passed.
    pub passed_once: bool,
    /// The highest rung of its hints that was shown.
    pub hints: u32,
}

impl LabProgress {
    /// Takes the result of a check of these files. One that did not compile leaves the checks as they were.
    pub fn take(&mut self, document: &Document, files: String) {
        self.score = document.score;
        self.best = self.best.max(document.score);
        self.max_score = document.max_score;
        self.checked += 1;
        self.builds = document.checks.iter().all(|c| c.id != "build" || c.status == Status::Pass);
        self.files = files;
        for check in document.checks.iter().filter(|c| self.builds && c.id != "build") {
            let kept = self.checks.entry(check.id.clone()).or_default();
            kept.status = Some(check.status);
            kept.score = check.score;
            kept.passed_once |= check.status == Status::Pass;
        }
    }
}

/// Where the file is.
pub fn path() -> PathBuf {
    workspace::root().join("progress.toml")
}

/// Reads the file; none is no progress.
///
/// # Errors
/// When it cannot be read or understood; the sentence says what to do.
pub fn read(path: &Path) -> Result<Progress> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Progress::default()),
        Err(e) => return Err(e).with_context(|| format!("reading {}", path.display())),
    };
    let mut progress: Progress = toml::from_str(&text)
        .with_context(|| format!("{} cannot be understood; mend it or delete it", path.display()))?;
    rename(&mut progress, FORMER_NAMES);
    Ok(progress)
}

fn rename(progress: &mut Progress, names: &[(&str, &str, &str)]) {
    for (lab, old, new) in names {
        let Some(lab) = progress.labs.get_mut(*lab) else { continue };
        if let Some(check) = lab.checks.remove(*old) {
            lab.checks.entry((*new).to_owned()).or_insert(check);
        }
    }
}

/// Changes a lab's entry. Two runners at once take turns; a reader sees the old file or the new one, never half of one.
///
/// # Errors
/// When the file is broken or cannot be written; then it stays as it was.
pub fn update(path: &Path, lab: &str, change: impl FnOnce(&mut LabProgress)) -> Result<()> {
    let lock = workspace::labs_folder("results")?.join("progress.lock");
    let lock = std::fs::File::create(&lock).with_context(|| format!("writing {}", lock.display()))?;
    // SAFETY: a system call on a descriptor we own; closing the file gives the lock back.
    unsafe { libc::flock(lock.as_raw_fd(), libc::LOCK_EX) };
    let mut progress = read(path)?;
    change(progress.labs.entry(lab.to_owned()).or_default());
    let fresh = path.with_extension(format!("toml.{}", std::process::id()));
    std::fs::write(&fresh, write(&progress))
        .and_then(|()| std::fs::rename(&fresh, path))
        .with_context(|| format!("writing {}", path.display()))
}

/// Progress is a convenience: when it cannot be kept, that is said, and the command goes on.
pub fn keep(lab: &str, change: impl FnOnce(&mut LabProgress)) {
    if let Err(error) = update(&path(), lab, change) {
        eprintln!("progress was not kept: {error:#}");
    }
}

/// The file's text.
fn write(progress: &Progress) -> String {
    let mut text = HEAD.to_owned();
    for (name, lab) in &progress.labs {
        let _ = write!(
            text,
            "\n[{}]\nscore = {}\nbest = {}\nmax_score = {}\n",
            key(name),
            lab.score,
            lab.best,
            lab.max_score
        );
        let _ = writeln!(text, "checked = {}\nbuilds = {}\nfiles = {}", lab.checked, lab.builds, string(&lab.files));
        if let Some(prediction) = &lab.prediction {
            let name = key(name);
            let _ = writeln!(text, "\n[{name}.prediction]\nseal = {}", string(&prediction.seal));
            for (table, entries) in [("answers", &prediction.answers), ("results", &prediction.results)] {
                let _ = writeln!(text, "\n[{name}.prediction.{table}]");
                entries.iter().for_each(|(k, v)| text += &format!("{} = {}\n", key(k), string(v)));
            }
        }
        for (id, check) in &lab.checks {
            let _ = writeln!(text, "\n[{}.checks.{}]", key(name), key(id));
            if let Some(status) = check.status {
                let _ = writeln!(text, "status = {}", string(status.name()));
            }
            let _ =
                writeln!(text, "score = {}\npassed_once = {}\nhints = {}", check.score, check.passed_once, check.hints);
        }
    }
    text
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { string(name) }
}

/// A string of TOML: what JSON writes is one.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::workspace::Scratch;

    fn entries() -> BTreeMap<String, String> {
        [("double winners".to_owned(), "0 \"of\" 300\n".to_owned())].into()
    }

    fn some() -> Progress {
        let check = CheckProgress { status: Some(Status::NotStarted), score: 0, passed_once: true, hints: 2 };
        let hinted = CheckProgress { hints: 1, ..CheckProgress::default() };
        let lab = LabProgress {
            score: 70,
            best: 85,
            max_score: 100,
            checked: 3,
            builds: true,
            files: "a\"\n".into(),
            prediction: Some(Prediction { seal: "x".into(), answers: entries(), results: entries() }),
            checks: [("one-winner".to_owned(), check), ("a b".to_owned(), hinted)].into(),
        };
        Progress {
            labs: [("lab3".to_owned(), lab), ("lab of another branch".to_owned(), LabProgress::default())].into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(toml::from_str::<Progress>(&write(&some())).expect("our own text"), some());
    }

    #[test]
    fn a_check_that_was_renamed_keeps_its_progress() {
        let mut progress = some();
        rename(&mut progress, &[("lab3", "one-winner", "single-winner"), ("lab9", "x", "y")]);
        assert_eq!(progress.labs["lab3"].checks["single-winner"], some().labs["lab3"].checks["one-winner"]);
        assert!(!progress.labs["lab3"].checks.contains_key("one-winner"));
    }

    #[test]
    fn a_broken_file_is_an_error_that_names_it_and_stays_as_it_is() {
        let folder = Scratch::new("progress").expect("a temporary folder");
        let path = folder.path.join("progress.toml");
        std::fs::write(&path, "[lab3]\nscore = \"many\"\n").expect("writable");
        let error = format!("{:#}", update(&path, "lab3", |lab| lab.checked += 1).expect_err("broken"));
        assert!(error.contains(&path.display().to_string()) && error.contains("delete it"), "{error}");
        assert!(error.contains("line 2"), "{error}");
        assert!(std::fs::read_to_string(&path).expect("still there").contains("many"));
    }

    #[test]
    fn eight_writers_at_once_lose_nothing() {
        let folder = Scratch::new("progress").expect("a temporary folder");
        let path = folder.path.join("progress.toml");
        // The temporary name is a process's, so writers of one process take turns through the lock as well.
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..10).for_each(|_| update(&path, "lab3", |lab| lab.checked += 1).expect("writable")));
            }
        });
        assert_eq!(read(&path).expect("readable").labs["lab3"].checked, 80);
    }
}
