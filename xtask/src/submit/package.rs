//! Programs of this workspace that nobody needs to build before they are used.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::workspace;

/// The profile of what is measured.
pub const LAB: &str = "lab";

/// Builds a package's program in a profile, or finds it built.
///
/// # Errors
/// When cargo fails: that is never the student's fault.
pub fn program(package: &str, profile: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.args(["build", "--quiet", "--package", package, "--profile", profile, "--message-format", "json"]);
    let output = command.arg("--target-dir").arg(workspace::target()?).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("the program `{package}` does not build; `cargo build --package {package} --profile {profile}` says why");
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages.lines().find_map(|line| program_in(line, package));
    program.with_context(|| format!("cargo did not say where the program `{package}` is"))
}

/// The program's path in one of cargo's messages, if it is about this package.
fn program_in(line: &str, package: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != package {
        return None;
    }
    message["executable"].as_str().map(PathBuf::from)
}
