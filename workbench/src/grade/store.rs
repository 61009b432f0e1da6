//! Results on disk: one file a result, published once, whole, under its key.
//!
//! A result is written to a file of its own, forced to the disk, and then linked to its place if nothing is there: whatever
//! is killed when, a place holds nothing or one whole result, and the first writer wins. So graders may share a folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in a folder, made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Store> {
        fs::create_dir_all(folder.join("new")).with_context(|| format!("making {}", folder.display()))?;
        sweep(&folder.join("new"));
        Ok(Store { folder: folder.to_path_buf() })
    }

    /// Two letters of the key name a folder, so that no folder gets a hundred thousand entries.
    fn place(&self, key: &str) -> PathBuf {
        self.folder.join(&key[..2]).join(format!("{key}.json"))
    }

    /// Publishes a result unless there is one already. True: it was this one.
    ///
    /// # Errors
    /// When it cannot be written: no space, no permission.
    pub fn publish<T: Serialize>(&self, key: &str, result: &T) -> Result<bool> {
        let place = self.place(key);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let fresh = self.fresh(&json(result)?)?;
        let linked = fs::hard_link(&fresh, &place);
        let _ = fs::remove_file(&fresh);
        match linked {
            Ok(()) => {
                File::open(folder)
                    .and_then(|f| f.sync_all())
                    .with_context(|| format!("keeping {}", place.display()))?;
                Ok(true)
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e).with_context(|| format!("publishing {}", place.display())),
        }
    }

    /// Writes a result in the place of whatever is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn replace<T: Serialize>(&self, key: &str, result: &T) -> Result<()> {
        let place = self.place(key);
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let fresh = self.fresh(&json(result)?)?;
        fs::rename(&fresh, &place).with_context(|| format!("writing {}", place.display()))
    }

    /// The published result, if there is one.
    ///
    /// # Errors
    /// When there is one that cannot be read: never overwritten, never taken for a missing one.
    pub fn load<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let place = self.place(key);
        match fs::read(&place) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("in {}", place.display()))?)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("reading {}", place.display())),
        }
    }

    /// Writes a page beside the results, in the folder `out`. The same key has the same page, whoever writes it last.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_page(&self, out: &Path, key: &str, id: &str, text: &str) -> Result<()> {
        let place = out.join(page(key, id));
        let folder = place.parent().unwrap_or(out);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let fresh = self.fresh(text.as_bytes())?;
        fs::rename(&fresh, &place).with_context(|| format!("writing {}", place.display()))
    }

    fn fresh(&self, bytes: &[u8]) -> Result<PathBuf> {
        use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Relaxed);
        let path = self.folder.join("new").join(format!("{}-{}-{count}", host(), std::process::id()));
        let _ = fs::remove_file(&path);
        let written = File::create_new(&path).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
        written.with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

fn json<T: Serialize>(result: &T) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(result)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// Removes what graders on this machine left that were killed while they wrote.
fn sweep(new: &Path) {
    for entry in fs::read_dir(new).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name.strip_prefix(&format!("{}-", host()));
        let pid = ours.and_then(|rest| rest.split_once('-')?.0.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes a whole file in the place of another: a reader sees the old one or the new one.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.{}", std::process::id()));
    File::create(&fresh)
        .and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()))
        .and_then(|()| fs::rename(&fresh, path))
        .with_context(|| format!("writing {}", path.display()))
}

/// The place of a page, relative to the folder of the class's documents.
pub fn page(key: &str, id: &str) -> String {
    format!("pictures/{}/{key}-{id}.html", &key[..2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::workspace::Scratch;

    /// A store, as long as its folder lives.
    fn store() -> (Scratch, Store) {
        let folder = Scratch::new("store").expect("a temporary folder");
        let store = Store::open(&folder.path).expect("a store");
        (folder, store)
    }

    #[test]
    fn the_first_writer_wins_and_nothing_temporary_is_left() {
        let (_folder, store) = store();
        assert_eq!(store.load::<u32>("abcd").expect("readable"), None);
        assert!(store.publish("abcd", &1).expect("published"));
        assert!(!store.publish("abcd", &2).expect("kept"));
        assert_eq!(store.load::<u32>("abcd").expect("readable"), Some(1));
        assert_eq!(fs::read_dir(store.folder.join("new")).expect("a folder").count(), 0);
    }

    #[test]
    fn many_writers_publish_one_whole_result() {
        let (_folder, store) = store();
        let won: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let store = store.clone();
                    scope.spawn(move || usize::from(store.publish("ffff", &vec![n; 10_000]).expect("published")))
                })
                .collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).sum()
        });
        assert_eq!(won, 1);
        let kept: Vec<i32> = store.load("ffff").expect("readable").expect("there");
        assert!(kept.len() == 10_000 && kept.iter().all(|n| *n == kept[0]));
    }

    #[test]
    fn a_broken_result_is_an_error_not_a_missing_one() {
        let (_folder, store) = store();
        store.publish("abcd", &"text").expect("published");
        assert!(store.load::<u32>("abcd").is_err());
    }
}
