//! The test lab's program, built once a test program, and rounds of it.

// Each test program uses its part of this.
#![allow(dead_code)]

pub mod round;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use grader::submit::workspace;

/// The test lab, in the profile of the labs: what the tests confront is what students run.
pub fn testlab() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = workspace::target().expect("the test lies in cargo's target folder");
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.args(["build", "--quiet", "--package", "testlab", "--profile", "lab", "--message-format", "json"]);
    let output = command.arg("--target-dir").arg(target).output().expect("cargo can be started");
    assert!(output.status.success(), "the test lab does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    messages.lines().find_map(program_in).expect("cargo says where the test lab's program is")
}

/// The program's path in one of cargo's messages, if it is about the test lab.
fn program_in(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "testlab" {
        return None;
    }
    message["executable"].as_str().map(PathBuf::from)
}
