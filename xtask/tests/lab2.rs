//! Lab 2 as its users meet it: solution and starter, what a free run of a baseline tells, a story to replay.

// Workers run on Linux only; elsewhere this only has to type-check.
#![cfg(target_os = "linux")]

use std::process::{Command, Output, Stdio};

use grader::cmd::starters::starter_text;
use grader::labs;
use grader::submit::workspace::{self, Scratch};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).stdin(Stdio::null()).output().expect("the runner starts")
}

fn check(args: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = run(&[&["check", "lab2", "--no-timing", "--json"], args].concat());
    let document = serde_json::from_slice(&output.stdout).expect("standard output is one JSON document");
    (output.status.code(), document)
}

#[test]
fn the_solution_has_all_points_and_the_starter_none() {
    let (code, document) = check(&["--solution"]);
    assert_eq!((code, &document["score"]), (Some(0), &serde_json::json!(100)), "{document}");
    let explored = document["checks"].as_array().expect("checks").iter().filter(|c| c["explored"].is_object());
    let complete: Vec<bool> = explored.map(|c| c["explored"]["complete"] == true).collect();
    assert_eq!(complete, [true; 4], "every interleaving is visited");

    let folder = Scratch::new("lab2 starter").expect("a temporary folder");
    let lab = labs::find("pill").expect("lab 2 is found by its topic");
    std::fs::write(folder.path.join("pill.rs"), starter_text(lab, "pill.rs").expect("the solution has markers"))
        .expect("a temporary file");
    let (code, document) = check(&["--path", &folder.path.to_string_lossy()]);
    assert_eq!((code, &document["score"]), (Some(1), &serde_json::json!(0)), "{document}");
}

/// Virtual microseconds from the producer's end until all eight workers are home.
fn latency(args: &[&str]) -> f64 {
    // The scenario's producer takes 50 us before it is done.
    let pause_us = 50.0;
    let (_, document) = check(args);
    let latency = document["checks"].as_array().expect("checks").iter().find(|c| c["id"] == "latency");
    latency.expect("the check")["evidence"]["makespan_ns"].as_f64().expect("a makespan") / 1e3 - pause_us
}

#[test]
fn what_the_question_about_pills_one_by_one_says_is_what_the_virtual_clock_says() {
    let folder = workspace::root().join("xtask/corpus/lab2/wrong/pill-after-exit");
    let (singly, at_once) = (latency(&["--path", &folder.to_string_lossy()]), latency(&["--solution"]));
    let text = std::fs::read_to_string(workspace::root().join("solutions/lab2/questions.toml")).expect("the questions");
    let question = text.split("key = \"one_by_one\"").nth(1).expect("the question");
    assert!(question.contains(&format!("{singly:.1} us against {at_once:.1}")), "{singly} against {at_once}");
    assert!(question.contains(&format!("answer = \"{:.0}\"", singly / at_once)), "{}", singly / at_once);
}

#[test]
fn a_killed_team_loses_what_it_was_at() {
    let output = run(&["run", "lab2", "--baseline", "kill"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("FAIL exactly-once") && text.contains("w5 kills w1"), "{text}");
    let schedule = text.split_once("Again: cargo xtask replay lab2 ").expect("the schedule is named").1;
    let schedule = schedule.split_whitespace().next().expect("a schedule");
    let again = run(&["replay", "lab2", schedule, "--baseline", "kill"]);
    assert_eq!(again.status.code(), Some(1), "{}", String::from_utf8_lossy(&again.stdout));
}

#[test]
fn a_task_that_comes_back_behind_the_pills_is_told_as_a_story() {
    let folder = workspace::root().join("xtask/corpus/lab2/wrong/no-join-no-respawn");
    let schedule = "worker-killed-team:331144222k1";
    let output = run(&["replay", "lab2", schedule, "--path", &folder.to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("task 1 came back into the inbox, and nobody is left to do it"), "{text}");
}
