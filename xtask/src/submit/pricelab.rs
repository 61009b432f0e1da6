//! The measuring programs, and the load beside which some measurements are made.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::package;

/// The package `pricelab`, built.
///
/// # Errors
/// When cargo fails.
pub fn program() -> Result<PathBuf> {
    package::program("pricelab", package::LAB)
}

/// A program that is in the way; it ends when this is dropped, and with the runner.
pub struct Hog(Child);

impl Hog {
    /// Starts one: `hog` spins all the time, `bursts` now and then.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(lab: &Path, kind: &str) -> Result<Hog> {
        let mut command = Command::new(lab);
        command.arg(kind).arg(std::process::id().to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(Hog(command.spawn().with_context(|| format!("starting {}", lab.display()))?))
    }
}

impl Drop for Hog {
    fn drop(&mut self) {
        // Our own child, by its handle.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
