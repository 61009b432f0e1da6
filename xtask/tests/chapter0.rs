//! Chapter 0 as its readers meet it: a program that runs well, fails its check, and fails again when replayed.

use std::process::{Command, Output};

use grader::cmd::starters::starter_text;
use grader::{labs, submit::workspace};

fn xtask(args: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().expect("the runner starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, said)
}

/// A folder with the program as it is given, whatever a reader has made of it by now.
fn given() -> String {
    let lab = labs::find("chapter0").expect("a lab");
    let folder = workspace::target().expect("a target").join(format!("chapter0-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("counter.rs"), starter_text(lab, "counter.rs").expect("a starter")).expect("a file");
    folder.to_string_lossy().into_owned()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn the_given_program_is_told_its_lost_update_and_replays_it() {
    let folder = given();
    let (output, said) = xtask(&["check", "lab0", "--no-timing", "--json", "--path", &folder]);
    let document: serde_json::Value = serde_json::from_str(&said).expect("one document");
    assert_eq!((output.status.code(), &document["score"]), (Some(1), &serde_json::json!(0)), "{said}");
    let checks = document["checks"].as_array().expect("checks");
    let check = checks.iter().find(|c| c["id"] == "no-lost-update").expect("the check");
    assert!(check["message"].as_str().expect("words").starts_with("1 + 1 made 1: one addition is lost"), "{check}");
    let because = check["evidence"]["because"].as_str().expect("words");
    assert_eq!(because, "w1 wrote at 11 what it worked out at 2. What w2 wrote at 8 is gone.");
    let schedule = check["schedule"].as_str().expect("a schedule");
    let (output, again) = xtask(&["replay", "lab0", schedule, "--path", &folder]);
    assert_eq!(output.status.code(), Some(1), "{again}");
    assert!(again.contains("FAIL no-lost-update: 1 + 1 made 1") && again.contains(because), "{again}");
    let (output, in_turn) = xtask(&["replay", "lab0", "no-lost-update:111111", "--path", &folder]);
    assert_eq!(output.status.code(), Some(0), "one after the other is right: {in_turn}");
    std::fs::remove_dir_all(folder).expect("a folder of ours");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn run_repeats_and_counts_what_came_out() {
    let (output, said) = xtask(&["run", "lab0", "--solution", "--repeat", "3", "--workers", "2"]);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("lab0: 3 runs of 3 processes"), "{said}");
    assert!(said.contains("    3 times: w3 finds total = 1000\nEvery run went well."), "{said}");
    let (output, said) = xtask(&["run", "lab0", "--repeat", "0"]);
    assert_eq!(output.status.code(), Some(2), "{said}");
}

#[test]
fn a_lab_without_baselines_says_so() {
    let (output, _) = xtask(&["run", "lab0", "--baseline", "raw"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("lab0 has no baseline `raw`; it has none"));
}
