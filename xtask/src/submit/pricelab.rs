//! The measuring programs: a package of their own, built when something is measured, so that nobody else waits for it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::workspace;

/// Builds the package `pricelab` in the labs' profile, or finds it built: what is measured is what students run.
///
/// # Errors
/// When cargo fails.
pub fn program() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.args(["build", "--quiet", "--package", "pricelab", "--profile", "lab", "--message-format", "json"]);
    let output = command.arg("--target-dir").arg(workspace::target()?).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("the measuring programs do not build; `cargo build --package pricelab --profile lab` says why");
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    messages.lines().find_map(program_in).context("cargo did not say where the measuring program is")
}

fn program_in(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "pricelab" {
        return None;
    }
    message["executable"].as_str().map(PathBuf::from)
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
