//! The runner as its users meet it: verdicts, bad submissions, replays, signals, nothing left behind.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use grader::cmd::Source;
use grader::drive::execution::{Execution, PATIENCE, Setting};
use grader::drive::processes::Processes;
use grader::drive::step::{Choice, Step};
use grader::labs::{self, Lab};
use grader::search::replay;
use grader::submit::compile;
use grader::submit::workspace::{self, Scratch};
use shared::sys::hermetic::mix;

fn lab3() -> &'static Lab {
    labs::find("lab3").expect("lab 3 exists")
}

fn corpus(slug: &str) -> PathBuf {
    workspace::root().join("xtask/corpus/lab3").join(slug)
}

fn xtask(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> Output {
    xtask(args).output().expect("the runner starts")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("standard output is one JSON document and nothing else")
}

fn check_folder(folder: &Path) -> (Option<i32>, serde_json::Value) {
    let output = run(&["check", "lab3", "--no-timing", "--json", "--path", &folder.to_string_lossy()]);
    (output.status.code(), json(&output))
}

/// A folder with this as its only student file; its name has blanks, and it goes when it is dropped.
fn submission(name: &str, content: &[u8]) -> Scratch {
    let folder = Scratch::new(&format!("labs test {name}")).expect("a temporary folder");
    std::fs::write(folder.path.join("flag.rs"), content).expect("a temporary file");
    folder
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn the_solution_has_all_points_and_the_starter_none() {
    let solution = run(&["check", "3", "--solution", "--no-timing", "--json"]);
    let document = json(&solution);
    assert_eq!((solution.status.code(), &document["score"]), (Some(0), &serde_json::json!(100)), "{document}");
    assert_eq!(document["verdict"], "pass");
    // The starter itself, not whatever a student has made of it by now.
    let text = grader::cmd::starters::starter_text(lab3(), "flag.rs").expect("the solution has markers");
    let (code, document) = check_folder(&submission("starter", text.as_bytes()).path);
    assert_eq!((code, &document["score"]), (Some(1), &serde_json::json!(0)), "{document}");
    assert!(document["checks"].as_array().expect("checks").iter().any(|c| c["status"] == "not-started"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn files_that_cannot_be_taken_are_a_failed_build_with_a_reason() {
    let link = submission("link", b"");
    std::fs::remove_file(link.path.join("flag.rs")).expect("removable");
    std::os::unix::fs::symlink("/etc/passwd", link.path.join("flag.rs")).expect("a link");
    let empty = submission("empty", b"");
    std::fs::remove_file(empty.path.join("flag.rs")).expect("removable");
    for (folder, reason) in [
        (link, "is a link"),
        (empty, "is missing"),
        (submission("large", &vec![b' '; 50_000_000]), "50000000 bytes"),
        (submission("bytes", b"fn a() {}\n\xff\xfe"), "flag.rs:2 is not UTF-8"),
        (submission("thread", b"use std::thread;\n"), "flag.rs:1: `std::thread`"),
    ] {
        let (code, document) = check_folder(&folder.path);
        let build = &document["checks"][0];
        assert_eq!((code, &build["status"]), (Some(1), &serde_json::json!("fail")), "{document}");
        assert!(build["message"].as_str().unwrap_or("").contains(reason), "{build}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_build_error_is_shown_as_the_compiler_says_it() {
    let solution = std::fs::read_to_string(workspace::solution(lab3()).join("src/flag.rs")).expect("the solution");
    let folder = submission("typo", solution.replace("Claim::Won\n", "Claim::Wonn\n").as_bytes());
    let output = run(&["check", "lab3", "--path", &folder.path.to_string_lossy()]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    // A folder below the checkout is shown from there on.
    let place = format!("{}/flag.rs:", folder.path.file_name().unwrap_or_default().display());
    let names_it = |line: &str| line.contains("--> ") && line.contains(&place);
    assert!(shown.contains("error[E0599]") && shown.lines().any(names_it), "{shown}");
}

#[test]
fn mistakes_on_the_command_line_are_code_2_and_say_the_way_out() {
    for (args, words) in [
        (&["check", "falg"][..], "Did you mean `flag`?"),
        (&["check", "lab3", "--path", "/no/such/folder"], "there is no such folder"),
        (&["replay", "lab3", "one-winner:1x"], "is no choice"),
        (&["replay", "lab3", "one-winner:9"], "has 2 workers"),
        (&["replay", "lab3", "nothing:1"], "it has one-winner"),
        (&["run", "lab3", "--baseline", "x"], "it has raw"),
        (&["hint", "lab3", "nothing"], "it has"),
        (&["experiment", "crosover"], "Did you mean `crossover`?"),
        (&["bench", "wall", "lab9"], "Labs: lab0"),
    ] {
        let output = run(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

/// The steps of a random schedule, from its seed.
fn random_execution(machine: &mut Processes, setting: &Setting, seed: u64) -> (Vec<Choice>, Vec<Step>) {
    let mut execution = Execution::start(machine, setting).expect("it starts");
    let mut taken = Vec::new();
    while execution.ending().is_none() {
        let enabled = execution.enabled();
        let able: Vec<usize> = (0..setting.workers).filter(|w| enabled >> w & 1 == 1).collect();
        let choice = Choice::Run(able[mix(seed ^ taken.len() as u64) as usize % able.len()]);
        execution.take(choice).expect("it goes on");
        taken.push(choice);
    }
    (taken, execution.steps.clone())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_schedule_gives_the_same_steps_a_thousand_times_hash_maps_included() {
    let lab = lab3();
    let source = Source { path: Some(corpus("right/hash-order")), ..Source::default() };
    let toolkit = compile::toolkit().expect("the toolkit builds");
    let program = source.compile(lab, &toolkit).expect("our part works").expect("the corpus compiles");
    let stops = lab.checks.iter().find(|c| c.id == "stops").expect("a check");
    let scenario = (stops.scenarios)(7).remove(1);
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(&scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let launch = || Processes::launch(&program.binary, &scenario.header, &layout).expect("it launches");
    let (mut machine, mut other) = (launch(), launch());
    for seed in 0..1_000 {
        let (schedule, steps) = random_execution(&mut machine, &setting, seed);
        let mut again = Execution::start(&mut other, &setting).expect("it starts");
        let (taken, skipped) = replay::play(&mut again, &schedule).expect("it plays");
        assert_eq!((taken, skipped, &again.steps), (schedule, 0, &steps), "seed {seed}");
    }
}

/// Starts a check that hangs for seconds and waits until its workers run.
fn hanging_check() -> Child {
    let folder = corpus("wrong/infinite-loop-in-claim");
    let mut child =
        xtask(&["check", "lab3", "--no-timing", "--path", &folder.to_string_lossy()]).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    while !lines.next().expect("it says more").expect("text").starts_with("built") {}
    std::thread::spawn(move || lines.for_each(drop));
    child
}

/// Processes that run a program below this runner's scratch folders.
fn scratch_processes(runner: u32) -> Vec<String> {
    let marker = format!("labs/build/lab3-{runner}-");
    let all = std::fs::read_dir("/proc").expect("proc").flatten();
    all.filter_map(|p| std::fs::read_link(p.path().join("exe")).ok())
        .map(|exe| exe.to_string_lossy().into_owned())
        .filter(|exe| exe.contains(&marker))
        .collect()
}

fn assert_all_gone(runner: u32) {
    for _ in 0..1_000 {
        if scratch_processes(runner).is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("still running: {:?}", scratch_processes(runner));
}

fn signal(child: &Child, signal: i32) {
    assert!(child.id() > 1);
    // SAFETY: one process that this test started and has not waited for yet.
    unsafe { libc::kill(child.id() as i32, signal) };
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn ctrl_c_leaves_no_process_and_no_file() {
    let mut child = hanging_check();
    signal(&child, libc::SIGINT);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_all_gone(child.id());
    let build = workspace::target().expect("a target").join("labs/build");
    let marker = format!("lab3-{}-", child.id());
    let left = std::fs::read_dir(build).expect("readable").flatten();
    assert!(left.map(|e| e.file_name()).all(|n| !n.to_string_lossy().starts_with(&marker)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_killed_runner_takes_its_workers_with_it() {
    let mut child = hanging_check();
    signal(&child, libc::SIGKILL);
    child.wait().expect("it ends");
    assert_all_gone(child.id());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn two_checks_at_once_do_not_meet() {
    let spawn = |folder: &str| {
        xtask(&["check", "lab3", "--no-timing", "--json", "--path", &corpus(folder).to_string_lossy()])
            .spawn()
            .expect("it starts")
    };
    let finish = |mut child: Child| {
        let mut text = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut text).expect("text");
        child.wait().expect("it ends");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["score"].as_u64()
    };
    let (right, wrong) = (spawn("right/chunks"), spawn("wrong/never-reset"));
    assert_eq!((finish(right), finish(wrong)), (Some(100), Some(90)));
}
