//! Records of measurements, kept with the project in `docs/data`. Only developers' commands write there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::submit::workspace;

/// A file of `docs/data`.
pub fn file(name: &str) -> PathBuf {
    workspace::root().join("docs/data").join(name)
}

/// Writes a record; a reader sees the old one or the new one.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let fresh = path.with_extension(format!("{}", std::process::id()));
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&fresh, format!("{}\n", text.trim_end())))
        .and_then(|()| std::fs::rename(&fresh, path))
        .with_context(|| format!("writing {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
