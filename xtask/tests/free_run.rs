//! Free runs that end badly: the sentence must say what went wrong.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use grader::drive::free::{self, FreeEnd};
use grader::labs::{Scenario, role};
use shared::header::Header;
use shared::testing::{function, programs};

/// The sentence about a free run of the test lab with these functions, one a worker.
fn failure(functions: &[u64]) -> String {
    let roles = functions.iter().map(|f| role(*f, &[7])).collect();
    let header = Header { lab: 0, seed: 7, roles, ..Header::default() };
    let answer = |_: &Scenario, _: u64, _: u64| 0;
    let scenario = Scenario { name: "free", header, victims: 0, answer, hits: Vec::new(), compute_ns: 0 };
    let free = free::run(&common::testlab(), &scenario, &programs::layout(scenario.header.seed), 0)
        .expect("the grader does not fail");
    match free.end {
        FreeEnd::Failed(why) => why,
        FreeEnd::Done(_) => panic!("the run ended well"),
    }
}

#[test]
fn a_panic_is_told_with_its_words_and_its_place() {
    let why = failure(&[77]);
    assert!(why.starts_with("w1 panicked: testlab/src/main.rs:"), "{why}");
    assert!(why.ends_with("the test lab has no function 77 over this board"), "{why}");
}

#[test]
fn a_panic_is_told_even_when_another_worker_then_waits_for_ever() {
    let why = failure(&[function::MEET, 77]);
    assert!(why.contains("w2 panicked: ") && why.contains("no function 77") && why.contains("for ever"), "{why}");
}
