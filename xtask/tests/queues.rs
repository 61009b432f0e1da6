//! What lab 1 adds to the runner: panics inside a queue's operation, and free runs that never end.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use grader::drive::free::{self, FreeEnd};
use grader::labs;
use grader::submit::{compile, stage::Submission, workspace};

fn corpus(slug: &str) -> PathBuf {
    workspace::root().join("xtask/corpus/lab1").join(slug)
}

fn check(folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["check", "lab1", "--no-timing", "--path"]).arg(folder).stdin(Stdio::null());
    command.output().expect("the runner starts")
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_second_lease_is_a_panic_with_its_reason() {
    let output = check(&corpus("wrong/leases-twice"));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("w1 panicked: ") && shown.contains("holds a lease of this queue already"), "{shown}");
    assert!(!shown.contains("its operations do not explain"), "{shown}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_free_run_that_waits_for_ever_is_ended_and_said() {
    let lab = labs::find("lab1").expect("a lab");
    let toolkit = compile::toolkit().expect("the toolkit builds");
    let submission = Submission::new(&corpus("wrong/never-closes"), lab);
    let built = compile::compile(lab, &submission, &toolkit, false).expect("our part works");
    let program = built.unwrap_or_else(|failure| panic!("the corpus compiles: {}", failure.message));
    let scenario = (lab.free)(7, 2);
    let run = free::run(&program.binary, &scenario, &(lab.layout)(&scenario.header), 0).expect("it starts");
    match run.end {
        FreeEnd::Failed(why) => assert!(why.contains("wait for each other for ever"), "{why}"),
        FreeEnd::Done(_) => panic!("nobody closes the queue, and the run ends all the same"),
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_deadlock_names_those_who_wait_for_the_same_together() {
    let output = check(&corpus("wrong/never-closes"));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = "everyone waits for ever: w1, w2 for an item of `tasks`, and nobody is left to put one or to close it";
    assert!(shown.contains(words), "{shown}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_spinner_is_one_line_of_a_story() {
    let output = check(&corpus("wrong/spins-on-try-get"));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("w1 finds nothing in tasks, 20"), "{shown}");
    assert!(shown.lines().count() < 100, "{shown}");
}
