//! Lab 4 over real sockets: clients and servers that are really killed, at any moment, while the others go on.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use grader::drive::processes::spawn;
use grader::labs::{self, Lab};
use grader::submit::workspace::Scratch;
use grader::submit::{compile, reference};
use shared::boards::lab4::script::{tag, word};
use shared::header::{HEADER_BYTES, Header};
use shared::process::{pid, reports, times, wait_status};
use shared::region::Region;
use shared::sys;
use shared::testing::programs::Dice;

/// Rounds with a kill each.
const KILLS: u64 = 30;
/// A round in which somebody has not ended after so long hangs; it needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);
const CLIENTS: u64 = 3;
/// Calls of each client.
const CALLS: u64 = 3_000;

fn lab4() -> &'static Lab {
    labs::find("lab4").expect("lab 4 exists")
}

fn solution() -> PathBuf {
    reference::program(lab4(), &compile::toolkit().expect("the toolkit builds")).expect("the solution builds")
}

/// Runs the free scenario once and kills worker `victim` after a while; what each worker reported, by its number.
fn killed(binary: &Path, seed: u64, victim: usize, after: Duration) -> Vec<Vec<(u64, u64)>> {
    let mut scenario = (lab4().free)(seed, CLIENTS);
    for role in &mut scenario.header.roles[..CLIENTS as usize] {
        role.args[2] = CALLS;
    }
    let header = Header { grader: u64::from(std::process::id()), ..scenario.header.clone() };
    let (header_file, region) = Region::create("lab-header", HEADER_BYTES).expect("shared memory");
    header.write(&region);
    let len = (lab4().layout)(&header).bytes().next_multiple_of(4096);
    let (payload_file, payload) = Region::create("lab-payload", len).expect("shared memory");
    let mut crew = spawn(binary, "__crew", &[header_file, payload_file]).expect("the solution starts");
    wait_until(&mut crew, || times(&payload, victim).0 != 0);
    std::thread::sleep(after);
    // Its id is its own until its status is known.
    if wait_status(&payload, victim).is_none() {
        sys::kill_process(pid(&payload, victim));
    }
    let workers = scenario.header.roles.len();
    wait_until(&mut crew, || (0..workers).all(|w| wait_status(&payload, w).is_some()));
    assert!(crew.wait().expect("the crew is our child").success());
    for worker in (0..workers).filter(|w| *w != victim) {
        assert_eq!(wait_status(&payload, worker), Some(0), "worker {worker} of seed {seed}");
    }
    (0..workers).map(|w| reports(&payload, w)).collect()
}

fn wait_until(crew: &mut Child, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        if started.elapsed() > PATIENCE {
            // Its workers die with it.
            let _ = crew.kill();
            panic!("somebody hangs");
        }
        std::thread::sleep(Duration::from_micros(100));
    }
}

#[test]
fn a_client_that_is_killed_keeps_nobody_waiting() {
    let binary = solution();
    let mut dice = Dice(4);
    let mut unfinished = 0;
    for seed in 0..KILLS {
        let victim = dice.roll(CLIENTS) as usize;
        let told = killed(&binary, seed, victim, Duration::from_micros(dice.roll(20_000)));
        for (client, told) in told.iter().enumerate().take(CLIENTS as usize) {
            let many = told.iter().find(|(t, _)| *t == tag::MANY).map(|(_, count)| *count);
            assert!(client == victim || many == Some(CALLS), "seed {seed}: client {client} was told {told:?}");
            unfinished += u32::from(many.is_none());
        }
        // Each client counts the first word 25 times: the living all of it, the dead all or nothing (one request).
        let counted = told[CLIENTS as usize].iter().find(|(t, _)| *t == tag::ENTRY).map_or(0, |(_, value)| *value);
        assert!([2 * 25, 3 * 25].contains(&counted), "seed {seed}: `{}` was counted {counted} times", word(0));
    }
    assert!(unfinished > KILLS as u32 / 3, "most kills came too late: {unfinished}");
}

#[test]
fn a_server_that_is_killed_is_an_error_and_no_wait() {
    let binary = solution();
    let mut cut_short = 0;
    for seed in 0..KILLS / 3 {
        let told = killed(&binary, seed, CLIENTS as usize, Duration::from_micros(500 * seed));
        for told in &told[..CLIENTS as usize] {
            assert!(!told.iter().any(|(t, _)| *t == tag::TIMEOUT), "seed {seed}: {told:?}");
            cut_short += u32::from(told.iter().any(|(t, count)| *t == tag::MANY && *count < CALLS));
        }
    }
    assert!(cut_short > 0, "every kill came too late");
}

#[test]
fn the_starter_has_no_points() {
    let folder = Scratch::new("labs test lab4 starter").expect("a temporary folder");
    for file in lab4().student_files {
        let text = grader::cmd::starters::starter_text(lab4(), file).expect("the solution has markers");
        std::fs::write(folder.path.join(file), text).expect("a temporary file");
    }
    let args = ["check", "lab4", "--no-timing", "--json", "--path"];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(args).arg(&folder.path).output().expect("the runner starts");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!((output.status.code(), &document["score"]), (Some(1), &serde_json::json!(0)), "{document}");
    let all = document["checks"].as_array().expect("a list");
    let fine = |c: &serde_json::Value| c["id"] == "build" || c["status"] == "not-started" || c["status"] == "skipped";
    assert!(all.iter().all(fine), "{document}");
}
