//! What is outside a student's loop is done by another program of this workspace, built when it is first needed: nobody's
//! first build waits for it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cli::Code;
use crate::cli::workbench::Workbench;
use crate::submit::{package, workspace};

/// The package.
const PACKAGE: &str = "workbench";

/// Builds it if need be, and goes on as that program, with the same command line: same process, same terminal.
///
/// # Errors
/// When it names a lab or an experiment that is not there, or cannot be built or started.
pub fn hand_over(command: Workbench) -> Result<Code> {
    command.names()?;
    let profile = workspace::target()?.join("debug");
    if !profile.join(PACKAGE).exists() {
        eprintln!("building the commands for classes and measurements; this takes a while, once");
    }
    become_program(&package::program(PACKAGE, "dev")?)
}

#[cfg(unix)]
fn become_program(program: &Path) -> Result<Code> {
    use std::os::unix::process::CommandExt;
    let failure = Command::new(program).args(std::env::args_os().skip(1)).exec();
    Err(failure).with_context(|| format!("starting {}", program.display()))
}

#[cfg(not(unix))]
fn become_program(program: &Path) -> Result<Code> {
    anyhow::bail!("{} cannot be started here", program.display())
}
