//! Where things are: the checkout, and the one folder that the runner writes to.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::labs::{Lab, is_sheet};

/// The checkout.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// Cargo's target folder, wherever it is: the runner itself lies two folders below it.
///
/// # Errors
/// When the runner cannot find itself.
pub fn target() -> Result<PathBuf> {
    let exe = std::env::current_exe().context("finding the runner's own program")?;
    let profile = exe.parent().filter(|p| !p.ends_with("deps")).or_else(|| exe.parent()?.parent());
    Ok(profile.and_then(Path::parent).unwrap_or(Path::new("target")).to_path_buf())
}

/// `target/labs/NAME`, made if need be.
///
/// # Errors
/// When it cannot be made: no space, no permission.
pub fn labs_folder(name: &str) -> Result<PathBuf> {
    let folder = target()?.join("labs").join(name);
    std::fs::create_dir_all(&folder).with_context(|| {
        format!(
            "making {}; for a read-only checkout set CARGO_TARGET_DIR to a folder that can be written",
            folder.display()
        )
    })?;
    Ok(folder)
}

/// A lab's starter.
pub fn starter(lab: &Lab) -> PathBuf {
    root().join("labs").join(lab.name)
}

/// A lab's solution.
pub fn solution(lab: &Lab) -> PathBuf {
    root().join("solutions").join(lab.name)
}

/// Where one of a lab's files is in the folder of its starter or solution: sources in `src/`, answer sheets beside it.
pub fn place(folder: &Path, file: &str) -> PathBuf {
    if is_sheet(file) { folder.join(file) } else { folder.join("src").join(file) }
}

/// A folder of our own below `target/labs/build`, removed when dropped: two checks at once never meet.
pub struct Scratch {
    /// The folder.
    pub path: PathBuf,
}

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(label: &str) -> Result<Scratch> {
        use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{label}-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let build = labs_folder("build")?;
        sweep(&build);
        let path = build.join(name);
        crate::interrupt::remember(&path);
        std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Scratch { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        crate::interrupt::remove(&self.path);
    }
}

/// Removes what runners left behind that were killed: folders whose process is gone. Where nobody tells which processes there are,
/// nothing is removed.
fn sweep(build: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in std::fs::read_dir(build).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.rsplit('-').nth(1).and_then(|p| p.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
