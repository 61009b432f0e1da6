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
