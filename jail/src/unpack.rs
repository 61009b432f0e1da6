//! Unpacks an archive that somebody handed in: regular files and folders only, inside the target only, not too much.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::words::Words;

/// Entries an archive may have.
const ENTRIES: usize = 2_000;
/// Bytes that all files together may have; a lab's files have a few kilobytes, a whole workspace some megabytes.
const BYTES: u64 = 64 << 20;
/// Folders that a file may lie in, one inside the other.
const DEPTH: usize = 12;
/// Exit code when the archive is to blame; the sentence is on standard output.
const REFUSED: u8 = 3;

/// Why an archive is not taken, as a sentence about it.
type Refusal = String;

/// `jail unpack from=ARCHIVE to=FOLDER`
///
/// # Errors
/// When something of ours fails: the folder, the disk.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    let words = Words::read(args)?;
    let from = words.paths("from").pop().context("from=… is missing")?;
    let to = words.paths("to").pop().context("to=… is missing")?;
    let file = File::open(&from).with_context(|| format!("opening {}", from.display()))?;
    let mut room = Room { to, entries: 0, bytes: 0 };
    let name = from.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let done = if name.ends_with(".zip") { unzip(file, &mut room) } else { untar(file, &mut room) };
    Ok(match done? {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("{sentence}");
            ExitCode::from(REFUSED)
        }
    })
}

/// The folder that is unpacked into, and how much came out so far.
struct Room {
    to: PathBuf,
    entries: usize,
    bytes: u64,
}

impl Room {
    /// Where an entry goes.
    fn place(&mut self, name: &Path) -> Result<PathBuf, Refusal> {
        self.entries += 1;
        if self.entries > ENTRIES {
            return Err(format!("the archive has more than {ENTRIES} entries"));
        }
        let normal: PathBuf = name.components().filter(|c| *c != Component::CurDir).collect();
        if normal.components().any(|c| !matches!(c, Component::Normal(_))) {
            return Err(format!("the archive's {} leads out of it", printable(name)));
        }
        if normal.components().count() > DEPTH + 1 {
            return Err(format!("the archive's {} lies more than {DEPTH} folders deep", printable(name)));
        }
        Ok(self.to.join(normal))
    }

    /// Takes an entry out. What an entry says of its size is not believed: the bytes are counted as they come.
    fn take(&mut self, name: &Path, folder: bool, content: &mut dyn Read) -> Result<Result<(), Refusal>> {
        let path = match self.place(name) {
            Ok(path) => path,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let parent = if folder { Some(&*path) } else { path.parent() };
        if parent.is_some_and(|parent| std::fs::create_dir_all(parent).is_err()) {
            return Ok(Err(format!("the archive's {} is a file and a folder", printable(name))));
        }
        if folder {
            return Ok(Ok(()));
        }
        let mut options = File::options();
        let opened = options.write(true).create_new(true).mode(0o600).custom_flags(libc::O_NOFOLLOW).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                return Ok(Err(format!("the archive has {} twice", printable(name))));
            }
            Err(e) if e.raw_os_error() == Some(libc::ENAMETOOLONG) => {
                return Ok(Err("the archive has a name that is too long".into()));
            }
            Err(e) => return Err(e).with_context(|| format!("making {}", path.display())),
        };
        let left = BYTES - self.bytes;
        let written = match std::io::copy(&mut content.take(left + 1), &mut file) {
            Ok(written) => written,
            Err(e) if e.raw_os_error().is_none() => return Ok(Err(format!("the archive is damaged: {e}"))),
            Err(e) => return Err(e).context("unpacking"),
        };
        self.bytes += written.min(left);
        Ok(if written > left { Err(format!("the archive's files have more than {BYTES} bytes")) } else { Ok(()) })
    }
}

/// A name as it may be shown: a name may hold anything, line ends and terminal codes included.
fn printable(name: &Path) -> String {
    name.to_string_lossy().escape_debug().collect()
}

fn unzip(file: File, room: &mut Room) -> Result<Result<(), Refusal>> {
    let mut archive = match zip::ZipArchive::new(file) {
        Ok(archive) => archive,
        Err(e) => return Ok(Err(format!("this is no zip archive that can be read: {e}"))),
    };
    if archive.len() > ENTRIES {
        return Ok(Err(format!("the archive has more than {ENTRIES} entries")));
    }
    for at in 0..archive.len() {
        if let Err(refusal) = unzip_one(&mut archive, at, room)? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

fn unzip_one<R: Read + Seek>(
    archive: &mut zip::ZipArchive<R>,
    at: usize,
    room: &mut Room,
) -> Result<Result<(), Refusal>> {
    let mut entry = match archive.by_index(at) {
        Ok(entry) => entry,
        Err(e) => return Ok(Err(format!("the archive is damaged: {e}"))),
    };
    let name = PathBuf::from(entry.name());
    let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
    let folder = entry.is_dir();
    if kind != 0 && kind != 0o100_000 && !(folder && kind == 0o040_000) {
        return Ok(Err(format!("the archive's {} is no regular file", printable(&name))));
    }
    room.take(&name, folder, &mut entry)
}

fn untar(file: File, room: &mut Room) -> Result<Result<(), Refusal>> {
    let mut archive = tar::Archive::new(flate2::read::MultiGzDecoder::new(file));
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(e) => return Ok(Err(format!("this is no tar.gz archive that can be read: {e}"))),
    };
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(e) => return Ok(Err(format!("this is no tar.gz archive that can be read: {e}"))),
        };
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            continue;
        }
        let name = match entry.path() {
            Ok(name) => name.into_owned(),
            Err(e) => return Ok(Err(format!("the archive has a name that cannot be: {e}"))),
        };
        if !kind.is_file() && !kind.is_dir() {
            return Ok(Err(format!("the archive's {} is no regular file", printable(&name))));
        }
        if let Err(refusal) = room.take(&name, kind.is_dir(), &mut entry)? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A folder of a test's own, which goes when it is dropped, however the test ends.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("labs-unpack-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("to")).expect("a temporary folder");
        Folder(folder)
    }

    /// Packs entries of (name, bytes), unpacks them again, and gives the refusal.
    fn refusal(kind: &str, entries: &[(String, usize)]) -> Result<(), String> {
        let count = entries.len();
        let guard = folder(&format!("{kind}-{count}-{}", entries[0].0.replace('/', "_")));
        let folder = &guard.0;
        let path = folder.join(format!("archive.{kind}"));
        let file = File::create(&path).expect("a file");
        match kind {
            "zip" => zip(file, entries),
            _ => tar(file, entries),
        }
        let mut room = Room { to: folder.join("to"), entries: 0, bytes: 0 };
        let opened = File::open(&path).expect("the archive");
        let done = if kind == "zip" { unzip(opened, &mut room) } else { untar(opened, &mut room) };
        let done = done.expect("our part works");
        if done.is_ok() {
            for (name, bytes) in entries {
                assert_eq!(folder.join("to").join(name).metadata().expect("unpacked").len(), *bytes as u64);
            }
        }
        let outside = std::fs::read_dir(folder).expect("a folder").count();
        assert_eq!(outside, 2, "something came out beside the folder");
        done
    }

    fn zip(file: File, entries: &[(String, usize)]) {
        let mut zip = zip::ZipWriter::new(file);
        for (name, bytes) in entries {
            zip.start_file(name.clone(), zip::write::SimpleFileOptions::default()).expect("an entry");
            zip.write_all(&vec![0; *bytes]).expect("written");
        }
        zip.finish().expect("an archive");
    }

    /// The header's name is written past the writer's own checks: an attacker has no such checks.
    fn tar(file: File, entries: &[(String, usize)]) {
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        for (name, bytes) in entries {
            let mut header = tar::Header::new_ustar();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(*bytes as u64);
            header.set_cksum();
            tar.append(&header, std::io::repeat(0).take(*bytes as u64)).expect("an entry");
        }
        tar.into_inner().and_then(|gz| gz.finish()).expect("an archive");
    }

    fn one(name: &str, bytes: usize) -> Vec<(String, usize)> {
        vec![(name.to_owned(), bytes)]
    }

    #[test]
    fn honest_archives_come_out_whole() {
        for kind in ["zip", "tar.gz"] {
            let entries = [("ann/src/flag.rs".to_owned(), 5_000), ("ann/README".to_owned(), 0)];
            assert_eq!(refusal(kind, &entries), Ok(()), "{kind}");
        }
    }

    #[test]
    fn hostile_archives_are_refused_with_a_reason() {
        let many: Vec<(String, usize)> = (0..=ENTRIES).map(|n| (format!("f{n}"), 0)).collect();
        let cases = [
            (one("../out", 3), "leads out"),
            (one("a/../../out", 3), "leads out"),
            (one("/tmp/labs-unpack-out", 3), "leads out"),
            (one(&"d/".repeat(DEPTH + 1).chars().chain(['f']).collect::<String>(), 3), "folders deep"),
            (one("bomb", BYTES as usize + 1), "more than"),
            (many, "entries"),
        ];
        for kind in ["zip", "tar.gz"] {
            for (entries, words) in &cases {
                let said = refusal(kind, entries).expect_err("refused");
                assert!(said.contains(words), "{kind} {}: {said}", entries[0].0);
            }
        }
        let twice = refusal("tar.gz", &[("f".to_owned(), 1), ("f".to_owned(), 2)]).expect_err("refused");
        assert!(twice.contains("twice"), "{twice}");
    }
}
