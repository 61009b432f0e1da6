//! Compiling a staged submission: the compiler is called directly, because only one file ever changes.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::stage::{self, Submission};
use super::workspace::{self, Scratch};
use crate::labs::Lab;

/// What `[profile.lab]` of the workspace says, for the compiler itself.
const PROFILE: [&str; 8] = [
    "-Copt-level=2",
    "-Ccodegen-units=1",
    "-Coverflow-checks=on",
    "-Cdebuginfo=0",
    "-Cpanic=unwind",
    "-Funsafe-code",
    "-Cstrip=none",
    "-Cembed-bitcode=no",
];

/// A compiled submission; its folder goes when it is dropped.
pub struct Program {
    /// The binary.
    pub binary: PathBuf,
    _scratch: Scratch,
}

/// Why there is no program: the student's files, as a sentence and as the compiler printed it.
pub struct BuildFailure {
    /// One sentence.
    pub message: String,
    /// The compiler's own words; empty when it was not called.
    pub compiler: String,
}

/// The prebuilt toolkit: what to link a submission with.
#[derive(Clone, Debug)]
pub struct Toolkit {
    /// Its library.
    pub library: PathBuf,
    /// The folder of what it is made of.
    pub dependencies: PathBuf,
}

impl Toolkit {
    /// What changes when the toolkit does: the library's path, size and time.
    ///
    /// # Errors
    /// When the library is gone.
    pub fn stamp(&self) -> Result<(PathBuf, u64, std::time::SystemTime)> {
        let meta = std::fs::metadata(&self.library).context("the toolkit's library")?;
        Ok((self.library.clone(), meta.len(), meta.modified()?))
    }
}

/// Builds the toolkit in the labs' profile, or finds it built.
///
/// # Errors
/// When cargo fails: that is never the student's fault.
pub fn toolkit() -> Result<Toolkit> {
    crate::platform::can_run_labs().map_err(anyhow::Error::msg)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root());
    command.args([
        "build",
        "--quiet",
        "--package",
        "shared",
        "--profile",
        "lab",
        "--message-format",
        "json",
        "--target-dir",
    ]);
    command.arg(workspace::target()?).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    if !output.status.success() {
        bail!("the toolkit does not build; `cargo build --package shared --profile lab` says why");
    }
    let library = String::from_utf8_lossy(&output.stdout).lines().find_map(library_in);
    let library = library.context("cargo did not say where the toolkit's library is")?;
    let dependencies = library.parent().unwrap_or(Path::new(".")).join("deps");
    Ok(Toolkit { library, dependencies })
}

/// The library's path in one of cargo's messages, if it is about the toolkit.
fn library_in(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "shared" {
        return None;
    }
    let files = message["filenames"].as_array()?;
    files.iter().filter_map(|f| f.as_str()).find(|f| f.ends_with(".rlib")).map(PathBuf::from)
}

/// Stages and compiles a submission.
///
/// # Errors
/// Only when something of ours fails.
pub fn compile(
    lab: &Lab,
    submission: &Submission,
    toolkit: &Toolkit,
    colour: bool,
) -> Result<Result<Program, BuildFailure>> {
    let scratch = Scratch::new(lab.name)?;
    if let Err(message) = stage::stage(lab, submission, &scratch.path)? {
        return Ok(Err(BuildFailure { message, compiler: String::new() }));
    }
    let binary = scratch.path.join(lab.name);
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(arguments(lab, toolkit, &scratch.path, &binary, &submission.shown));
    command.args(["--color", if colour { "always" } else { "never" }]);
    let output = command.stdin(Stdio::null()).output().context("starting rustc")?;
    let compiler = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && binary.is_file() {
        return Ok(Ok(Program { binary, _scratch: scratch }));
    }
    match blame(compiler, &submission.shown) {
        Ok(failure) => Ok(Err(failure)),
        Err(plain) => bail!("the compiler failed, and not because of the student's files:\n{plain}"),
    }
}

/// What the compiler is told: the staged files in `from` become the program `to`; messages call the folder `shown`.
pub fn arguments(lab: &Lab, toolkit: &Toolkit, from: &Path, to: &Path, shown: &str) -> Vec<OsString> {
    let words = |path: &str, rest: &dyn Display| OsString::from(format!("{path}={rest}"));
    let mut arguments: Vec<OsString> = vec![from.join("main.rs").into()];
    arguments.extend(["--crate-name", lab.name, "--edition", "2024", "--extern"].map(OsString::from));
    arguments.push(words("shared", &toolkit.library.display()));
    arguments.extend(["-L".into(), words("dependency", &toolkit.dependencies.display())]);
    arguments.extend(PROFILE.map(OsString::from));
    arguments.extend(["-o".into(), to.as_os_str().to_owned()]);
    arguments.push(words("--remap-path-prefix", &format!("{}={shown}", from.display())));
    arguments
}

/// Whether the student's files are to blame for what the compiler said; if not, its words without colours.
///
/// # Errors
/// An error that points at none of the student's lines is not the student's: no linker, no space, a broken install.
pub fn blame(compiler: String, shown: &str) -> Result<BuildFailure, String> {
    let plain = strip_colour(&compiler);
    if !plain.contains(&format!("--> {shown}/")) {
        return Err(plain);
    }
    let first = plain.lines().find(|l| l.starts_with("error")).map(str::to_owned);
    let message = first.unwrap_or_else(|| "the compiler failed without saying why".into());
    Ok(BuildFailure { message, compiler })
}

/// The text without terminal colours.
pub fn strip_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain += &rest[..at];
        rest = rest[at..].split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}
