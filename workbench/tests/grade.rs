//! Grading a class as an instructor does: the verdicts of `check`, nothing lost when the grader is killed, nothing left behind.
// Jails are made of what Linux has; elsewhere there is no `grade`.
#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use grader::labs::{LABS, Lab, is_sheet};
use grader::submit::workspace::{self, Scratch};
use serde_json::Value;
use shared::sys::hermetic::mix;
use workbench::grade::jail::Jail;
use workbench::grade::level;
use workbench::grade::room::Level;

fn corpus(slug: &str) -> PathBuf {
    workspace::root().join("xtask/corpus/lab3").join(slug)
}

/// A folder of this test's own, empty; it goes when it is dropped.
fn folder(name: &str) -> Scratch {
    Scratch::new(&format!("grade {name}")).expect("a temporary folder")
}

/// A class of submissions of the corpus, under other names.
fn class(folder: &Path, submissions: &[(&str, &str)]) -> PathBuf {
    let class = folder.join("class");
    for (name, slug) in submissions {
        std::fs::create_dir_all(class.join(name)).expect("a folder");
        std::fs::copy(corpus(slug).join("flag.rs"), class.join(name).join("flag.rs")).expect("a copy");
    }
    class
}

const SMALL: &[(&str, &str)] = &[
    ("alice", "right/chunks"),
    ("bob", "wrong/never-reset"),
    ("carol", "wrong/no-inner-check"),
    ("dave", "right/chunks"),
    ("erin", "right/hash-order"),
];

/// The words for each level that this machine offers; without a jail, a grader that is told to do without.
fn levels() -> Vec<Vec<&'static str>> {
    let program = level::program().expect("the jail builds");
    let offered = |level| level::try_out(&Jail { level, program: program.clone() }).problem.is_empty();
    let mut levels = Vec::new();
    for (level, name) in [(Level::L2, "L2"), (Level::L1, "L1")] {
        match offered(level) {
            true => levels.push(vec!["--sandbox", name]),
            false => eprintln!("NOT CHECKED: this machine does not offer {name}"),
        }
    }
    levels.push(vec!["--unsandboxed"]);
    levels
}

fn grade(class: &Path, out: &Path, words: &[&str]) -> Command {
    grade_lab("lab3", class, out, words)
}

fn grade_lab(lab: &str, class: &Path, out: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workbench"));
    command.args(["grade", lab, "--no-timing", "--seed", "7", "--out"]).arg(out).arg(class).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
}

fn document(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("class.json")).expect("a class document")).expect("JSON")
}

fn check(slug: &str) -> Value {
    check_folder("lab3", &corpus(slug))
}

fn check_folder(lab: &str, folder: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workbench"));
    command.args(["check", lab, "--no-timing", "--json", "--path"]).arg(folder).stdin(Stdio::null());
    let output = command.stderr(Stdio::null()).output().expect("it starts");
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for check in document["checks"].as_array_mut().expect("checks") {
        if let Some(explored) = check["explored"].as_object_mut() {
            explored.remove("seconds");
        }
    }
    document
}

#[test]
fn grade_says_what_check_says_at_every_level() {
    let folder = folder("same");
    let class = class(&folder.path, SMALL);
    let expected: Vec<Value> = SMALL.iter().map(|(_, slug)| check(slug)).collect();
    for words in levels() {
        let out = folder.path.join(words.join("-"));
        done(&grade(&class, &out, &words).output().expect("it starts"));
        let submissions = document(&out)["submissions"].clone();
        for (at, (name, _)) in SMALL.iter().enumerate() {
            let (got, must) = (&submissions[at], &expected[at]);
            assert_eq!(got["name"], **name);
            for key in ["verdict", "score", "checks"] {
                assert_eq!(got["result"][key], must[key], "{name} {words:?}");
            }
        }
        assert_eq!(submissions[0]["same_files_as"], serde_json::json!(["dave"]));
    }
}

/// A submission of a lab's corpus or its solution, all its student files.
fn hand_in(lab: &Lab, from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in lab.student_files {
        let beside = from.join(file);
        let file_there = if beside.is_file() { beside } else { workspace::place(from, file) };
        std::fs::copy(file_there, to.join(file)).expect("a copy");
    }
}

/// The solution, and the first wrong submission of the corpus; without its answer sheets, if the lab has any.
fn honest(lab: &Lab, class: &Path) {
    hand_in(lab, &workspace::solution(lab), &class.join("solution"));
    let corpus = workspace::root().join("xtask/corpus").join(lab.name).join("wrong");
    let mut slugs: Vec<PathBuf> =
        std::fs::read_dir(corpus).expect("a corpus").map(|e| e.expect("an entry").path()).collect();
    slugs.sort();
    hand_in(lab, &slugs[0], &class.join("wrong"));
    if lab.student_files.iter().any(|file| is_sheet(file)) {
        hand_in(lab, &workspace::solution(lab), &class.join("without sheets"));
        for sheet in lab.student_files.iter().filter(|file| is_sheet(file)) {
            std::fs::remove_file(class.join("without sheets").join(sheet)).expect("it was there");
        }
    }
}

#[test]
fn every_lab_is_graded_as_it_is_checked_at_every_level() {
    let folder = folder("labs");
    for lab in LABS {
        let class = folder.path.join(lab.name);
        honest(lab, &class);
        for words in levels() {
            let out = folder.path.join(format!("{}-{}", lab.name, words.join("-")));
            let mut command = grade_lab(lab.name, &class, &out, &words);
            done(&command.output().expect("it starts"));
            for submission in document(&out)["submissions"].as_array().expect("submissions") {
                let name = submission["name"].as_str().expect("a name");
                let checked = check_folder(lab.name, &class.join(name));
                for key in ["verdict", "score"] {
                    assert_eq!(submission["result"][key], checked[key], "{} {name} {words:?}", lab.name);
                }
                let ids = |document: &Value| -> Vec<(Value, Value)> {
                    let checks = document["checks"].as_array().expect("checks");
                    checks.iter().map(|c| (c["id"].clone(), c["status"].clone())).collect()
                };
                assert_eq!(ids(&submission["result"]), ids(&checked), "{} {name} {words:?}", lab.name);
                assert_eq!(name == "solution", checked["verdict"] == "pass", "{} {name}", lab.name);
            }
        }
    }
}

/// Times at which results were published.
fn published(out: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let shelves = std::fs::read_dir(out.join("results")).expect("results").flatten();
    let files = shelves.flat_map(|shelf| std::fs::read_dir(shelf.path()).into_iter().flatten().flatten());
    let mut all: Vec<_> =
        files.map(|f| (f.path(), f.metadata().expect("a file").modified().expect("a time"))).collect();
    all.sort();
    all
}

#[test]
fn what_is_done_is_not_done_again_and_what_changed_is() {
    let folder = folder("again");
    let (class, out) = (class(&folder.path, &SMALL[..3]), folder.path.join("out"));
    let words = levels().remove(0);
    let run = || done(&grade(&class, &out, &words).output().expect("it starts"));
    run();
    let (first, text) = (published(&out), std::fs::read(out.join("class.json")).expect("a document"));
    run();
    assert_eq!((published(&out), std::fs::read(out.join("class.json")).expect("a document")), (first.clone(), text));
    std::fs::copy(corpus("wrong/never-reset").join("flag.rs"), class.join("alice/flag.rs")).expect("a copy");
    std::fs::copy(corpus("right/hash-order").join("flag.rs"), class.join("carol/flag.rs")).expect("a copy");
    run();
    let scores: Vec<u64> =
        (0..3).filter_map(|at| document(&out)["submissions"][at]["result"]["score"].as_u64()).collect();
    assert_eq!(scores, [90, 90, 100]);
    assert_eq!(published(&out).len(), first.len() + 1, "bob's result was known for alice; carol's was new");
}

#[test]
fn shares_graded_apart_and_merged_are_the_whole() {
    let folder = folder("shares");
    let (class, whole, parts) = (class(&folder.path, SMALL), folder.path.join("whole"), folder.path.join("parts"));
    let words = levels().remove(0);
    let run = |out: &Path, more: &[&str]| grade(&class, out, &[&words[..], more].concat()).output().expect("it starts");
    done(&run(&whole, &[]));
    done(&run(&parts, &["--shard", "2/2"]));
    let early = run(&parts, &["--merge"]);
    assert_eq!(early.status.code(), Some(4), "one share is missing");
    assert!(document(&parts)["submissions"][2]["missing"].is_string());
    done(&run(&parts, &["--shard", "1/2"]));
    done(&run(&parts, &["--shard", "1/2"]));
    done(&run(&parts, &["--merge"]));
    let read = |out: &Path| std::fs::read(out.join("class.json")).expect("a document");
    assert_eq!(read(&whole), read(&parts));
}

/// Processes that belong to this grader's scratch folders or were started for them.
fn left_of(runner: u32) -> Vec<String> {
    let marker = format!("-{runner}-");
    let all = std::fs::read_dir("/proc").expect("proc").flatten();
    all.filter_map(|p| std::fs::read(p.path().join("cmdline")).ok())
        .map(|words| String::from_utf8_lossy(&words).replace('\0', " "))
        .filter(|words| words.contains("labs/build/") && words.contains(&marker))
        .collect()
}

fn assert_all_gone(runner: u32) {
    for _ in 0..1_000 {
        if left_of(runner).is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("still running: {:?}", left_of(runner));
}

fn signal(child: &Child, signal: i32) {
    assert!(child.id() > 1);
    // SAFETY: one process that this test started and has not waited for yet.
    unsafe { libc::kill(child.id() as i32, signal) };
}

/// `GRADE_KILLS=50` for a long run.
#[test]
fn a_grader_killed_at_any_moment_loses_nothing_and_leaves_nothing() {
    let kills: u64 = std::env::var("GRADE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let folder = folder("killed");
    let (class, whole, out) = (class(&folder.path, SMALL), folder.path.join("whole"), folder.path.join("out"));
    for words in levels().into_iter().filter(|words| words[0] == "--sandbox" || kills == 0) {
        let _ = (std::fs::remove_dir_all(&whole), std::fs::remove_dir_all(&out));
        let started = std::time::Instant::now();
        done(&grade(&class, &whole, &words).output().expect("it starts"));
        let took = started.elapsed().as_millis() as u64;
        for n in 0..kills {
            let mut child = grade(&class, &out, &words).stderr(Stdio::null()).spawn().expect("it starts");
            // Moments spread over a whole run; what was published makes later runs shorter, so results go now and then.
            std::thread::sleep(Duration::from_millis(mix(n) % took));
            signal(&child, libc::SIGKILL);
            child.wait().expect("it ends");
            assert_all_gone(child.id());
            if n % 3 == 2 {
                let _ = std::fs::remove_dir_all(out.join("results"));
            }
        }
        done(&grade(&class, &out, &words).output().expect("it starts"));
        let read = |out: &Path| std::fs::read(out.join("class.json")).expect("a document");
        assert_eq!(read(&whole), read(&out), "{words:?}");
        assert_eq!(std::fs::read_dir(out.join("results/new")).expect("a folder").count(), 0, "half a result is left");
    }
}

#[test]
fn ctrl_c_leaves_no_process() {
    let folder = folder("interrupted");
    let (class, out) = (class(&folder.path, SMALL), folder.path.join("out"));
    let child = grade(&class, &out, &levels()[0]).stderr(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(1_500));
    signal(&child, libc::SIGINT);
    let (id, output) = (child.id(), child.wait_with_output().expect("it ends"));
    assert!(matches!(output.status.code(), Some(130 | 0)), "{:?}", output.status.signal());
    assert_all_gone(id);
}

#[test]
fn a_class_that_cannot_be_is_a_mistake_on_the_command_line() {
    let folder = folder("none");
    for (class, words) in
        [(folder.path.clone(), "holds no submissions"), (folder.path.join("no"), "there is no such folder")]
    {
        let output = grade(&class, &folder.path.join("out"), &["--unsandboxed"]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let output = grade(&folder.path, &folder.path, &["--shard", "3/2"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
}
