//! Packs a folder into a zip archive, programs as programs.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::words::Words;

/// `jail pack from=FOLDER to=ARCHIVE`
///
/// # Errors
/// When something cannot be read or written.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    let words = Words::read(args)?;
    let from = words.paths("from").pop().context("from=… is missing")?;
    let to = words.paths("to").pop().context("to=… is missing")?;
    let mut zip = ZipWriter::new(File::create(&to).with_context(|| format!("making {}", to.display()))?);
    add(&mut zip, &from, &from)?;
    zip.finish().context("ending the archive")?;
    Ok(ExitCode::SUCCESS)
}

fn add(zip: &mut ZipWriter<File>, root: &Path, folder: &Path) -> Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            add(zip, root, &path)?;
            continue;
        }
        let name = path.strip_prefix(root)?.to_str().context("a name that is no text")?.to_owned();
        let mode = path.metadata()?.permissions().mode() & 0o777;
        zip.start_file(name, SimpleFileOptions::default().unix_permissions(mode))?;
        std::io::copy(&mut File::open(&path)?, zip).with_context(|| format!("packing {}", path.display()))?;
    }
    Ok(())
}
