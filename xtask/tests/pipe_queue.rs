//! The pipe queue: what it refuses says why, and a worker that is started anew can use it as the dead one could.

// Free runs need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use grader::drive::free::{self, FreeEnd};
use grader::drive::machine::{Machine, Stop};
use grader::drive::processes::Processes;
use grader::labs::{FreeRun, Scenario, role};
use shared::header::Header;
use shared::testing::pipes::{GOT, ITEM, WORKERS, case, function, layout};

fn header(case: u64) -> Header {
    let mut roles = vec![role(function::WORKER, &[case]); WORKERS];
    roles.push(role(function::SUPERVISOR, &[case]));
    Header { roles, ..Header::default() }
}

fn play(case: u64) -> Result<FreeRun, String> {
    let header = header(case);
    let scenario = Scenario { name: "pipes", header, victims: 0, answer: |_, _, _| 0, hits: Vec::new(), compute_ns: 0 };
    match free::run(&common::testlab(), &scenario, &layout(), 0).expect("the test lab starts").end {
        FreeEnd::Done(run) => Ok(run),
        FreeEnd::Failed(why) => Err(why),
    }
}

#[test]
fn a_get_after_a_death_inside_get_panics_and_says_why() {
    let why = play(case::KILLED_IN_GET).map(|run| run.reports).expect_err("a message may be torn");
    assert!(why.contains("w2 panicked: ") && why.contains("a worker was killed inside `get`"), "{why}");
}

#[test]
fn items_of_another_size_are_refused() {
    let why = play(case::OTHER_SIZE).map(|run| run.reports).expect_err("one word is not two");
    assert!(why.contains("w2 panicked: ") && why.contains("the items in this pipe have another size"), "{why}");
}

#[test]
fn a_worker_that_is_started_anew_has_the_pipe() {
    let run = play(case::STARTED_ANEW).expect("nobody is in the way");
    assert_eq!(run.reports[1], [(GOT, ITEM)]);
}

#[test]
fn a_stepped_worker_is_told_that_it_runs_free_only() {
    let mut workers = Processes::launch(&common::testlab(), &header(case::OTHER_SIZE), &layout()).expect("it starts");
    let stops = workers.start(None).expect("the workers start");
    let told = |stop: &Stop| matches!(stop, Stop::Panicked(text) if text.contains("a `PipeQueue` runs free only"));
    assert!(told(&stops[1]), "{:?}", stops[1]);
}
