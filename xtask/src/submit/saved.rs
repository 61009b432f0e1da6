//! Which lab was just saved: the student's files are read again and again.
//!
//! No file events: they do not arrive on network file systems and under WSL, and times of files are coarse there. Reading
//! a lab's few small files costs microseconds.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::stage::MAX_BYTES;
use super::workspace;
use crate::labs::Lab;

/// The student's files of some labs, and what was in them.
pub struct Saved {
    labs: Vec<Watched>,
}

struct Watched {
    lab: &'static Lab,
    files: Vec<PathBuf>,
    /// What was there when the lab was last told, or at the beginning.
    told: Contents,
    /// What was there at the last look.
    seen: Contents,
}

/// One entry a file; `None`: there is no such file, or nothing that can be read.
type Contents = Vec<Option<Vec<u8>>>;

impl Saved {
    /// Watches these labs from now on.
    pub fn new(labs: &[&'static Lab]) -> Saved {
        let watched = |lab: &&'static Lab| {
            let files = files(lab);
            let now = contents(&files);
            Watched { lab, files, told: now.clone(), seen: now }
        };
        Saved { labs: labs.iter().map(watched).collect() }
    }

    /// A lab whose files have changed since it was last told. A change counts when two looks in a row see the same:
    /// editors write files in pieces, or move them aside first.
    pub fn look(&mut self) -> Option<&'static Lab> {
        let mut changed = None;
        for watched in &mut self.labs {
            let now = contents(&watched.files);
            if now == watched.seen && now != watched.told {
                watched.told.clone_from(&now);
                changed = Some(watched.lab);
            }
            watched.seen = now;
        }
        changed
    }

    /// The lab whose files were written last: probably the one that is being worked on.
    pub fn latest(&self) -> Option<&'static Lab> {
        let written = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
        let newest = |watched: &&Watched| watched.files.iter().filter_map(written).max();
        self.labs.iter().max_by_key(newest).map(|watched| watched.lab)
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.labs.iter().flat_map(|w| &w.seen).flatten().count()
    }
}

/// A number that changes when a lab's student files do. It only notices changes; it is no proof of anything.
pub fn fingerprint(lab: &Lab) -> String {
    let contents = contents(&files(lab));
    hash(contents.into_iter().flatten().flatten())
}

/// FNV-1a: the same on every machine and with every compiler, which `DefaultHasher` does not promise.
pub fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// The student files of a lab, wherever a submission may have them.
fn files(lab: &Lab) -> Vec<PathBuf> {
    let folder = workspace::starter(lab);
    lab.student_files.iter().flat_map(|file| [folder.join("src").join(file), folder.join(file)]).collect()
}

fn contents(files: &[PathBuf]) -> Contents {
    files.iter().map(|path| read(path)).collect()
}

/// A regular file's bytes, no more than a submission may have.
fn read(path: &Path) -> Option<Vec<u8>> {
    path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::workspace::Scratch;

    /// Watches one file in a folder of its own.
    fn watch() -> (Scratch, PathBuf, Saved) {
        let folder = Scratch::new("saved").expect("a temporary folder");
        let path = folder.path.join("file");
        std::fs::write(&path, "first").expect("a temporary file");
        let files = vec![path.clone()];
        let now = contents(&files);
        (folder, path, Saved { labs: vec![Watched { lab: crate::labs::LABS[0], files, told: now.clone(), seen: now }] })
    }

    #[test]
    fn a_save_is_told_once_and_only_when_the_file_has_come_to_rest() {
        let (_folder, path, mut saved) = watch();
        assert!(saved.look().is_none(), "nothing was saved yet");
        for half in ["", "sec"] {
            std::fs::write(&path, half).expect("writable");
            assert!(saved.look().is_none(), "half a save");
        }
        std::fs::write(&path, "second").expect("writable");
        let told: Vec<bool> = (0..4).map(|_| saved.look().is_some()).collect();
        assert_eq!(told, [false, true, false, false]);
    }

    #[test]
    fn a_file_that_goes_and_comes_back_unchanged_was_not_saved() {
        let (_folder, path, mut saved) = watch();
        std::fs::remove_file(&path).expect("removable");
        assert!(saved.look().is_none());
        std::fs::write(&path, "first").expect("writable");
        assert!(saved.look().is_none() && saved.look().is_none());
    }
}
