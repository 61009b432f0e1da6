//! The student's loop, in a checkout of its own: watch, progress, predictions, timelines.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::FromRawFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use grader::labs::{self, Lab};
use grader::submit::workspace;
use serde_json::Value;

fn lab3() -> &'static Lab {
    labs::find("lab3").expect("lab 3 exists")
}

/// A checkout with its own labs and its own target folder: what a student has made of the real ones does not matter here,
/// and is not touched.
struct Checkout {
    root: PathBuf,
}

impl Checkout {
    fn new(name: &str) -> Checkout {
        // First of all what removes it: whatever fails after this leaves nothing.
        let new = Checkout { root: std::env::temp_dir().join(format!("labs-checkout-{name}-{}", std::process::id())) };
        let root = &new.root;
        let from = workspace::root();
        for folder in ["labs/lab3/src", "xtask", "target/debug"] {
            std::fs::create_dir_all(root.join(folder)).expect("a temporary folder");
        }
        for folder in ["solutions", "shared"] {
            std::os::unix::fs::symlink(from.join(folder), root.join(folder)).expect("a link");
        }
        // Of the workspace only the toolkit is built.
        let manifest = std::fs::read_to_string(from.join("Cargo.toml")).expect("the workspace's manifest");
        let only_shared = |line: &str| match line.split_once(" = [") {
            Some((list @ ("members" | "default-members"), _)) => format!("{list} = [\"shared\"]\n"),
            _ => format!("{line}\n"),
        };
        let manifest: String = manifest.lines().map(only_shared).collect();
        std::fs::write(root.join("Cargo.toml"), manifest).expect("writable");
        std::fs::copy(from.join("Cargo.lock"), root.join("Cargo.lock")).expect("the lock file");
        // The runner writes to the target folder that it lies in.
        std::fs::copy(env!("CARGO_BIN_EXE_xtask"), root.join("target/debug/xtask")).expect("the runner can be copied");
        for file in ["prediction.toml", "questions.toml", "hints.toml"] {
            let text = std::fs::read(from.join("solutions/lab3").join(file)).expect("the solution has it");
            std::fs::write(new.root.join("labs/lab3").join(file), text).expect("writable");
        }
        new.save(&grader::cmd::starters::starter_text(lab3(), "flag.rs").expect("the solution has markers"));
        new
    }

    /// Saves the student's file.
    fn save(&self, text: &str) {
        std::fs::write(self.root.join("labs/lab3/src/flag.rs"), text).expect("writable");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.root.join("target/debug/xtask"));
        command.args(args).env("CARGO_MANIFEST_DIR", self.root.join("xtask")).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the runner starts")
    }

    /// What a command prints, which must be one JSON document.
    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}\n{said}"))
    }

    fn progress(&self) -> String {
        std::fs::read_to_string(self.root.join("progress.toml")).unwrap_or_default()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn solution() -> String {
    std::fs::read_to_string(workspace::solution(lab3()).join("src/flag.rs")).expect("the solution")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A watch with its input and the lines it prints.
struct Watch {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Watch {
    fn start(checkout: &Checkout) -> Watch {
        let mut command = checkout.command(&["watch", "lab3"]);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        Watch { child, input, lines }
    }

    /// All it prints until a line that begins like this. The time limit only ends a test that hangs.
    fn until(&self, beginning: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(120)) {
                Ok(line) if line.starts_with(beginning) => return seen,
                Ok(line) => seen.push(line),
                Err(e) => panic!("{e}: no line begins with {beginning:?} after {seen:#?}"),
            }
        }
    }
}

const READY: &str = "watching: save";

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn watch_checks_every_save_keeps_the_last_verdict_beside_a_build_error_and_ends_with_its_input() {
    let checkout = Checkout::new("watch");
    let mut watch = Watch::start(&checkout);
    assert!(watch.until(READY).iter().any(|l| l.starts_with("TODO one-winner")));
    checkout.save(&solution());
    assert!(watch.until(READY).iter().any(|l| l.starts_with("PASS 100/100")));
    checkout.save(&solution().replace("Claim::Won\n", "Claim::Wonn\n"));
    let shown = watch.until(READY).join("\n");
    assert!(shown.contains("error[E0599]") && shown.contains("FAIL build"), "{shown}");
    let last = shown.split("The last verdict there was").nth(1).expect("the last verdict is shown");
    assert!(last.contains("100/100") && last.contains("PASS one-winner, record-intact"), "{last}");
    writeln!(watch.input).expect("it reads");
    assert!(watch.until(READY).iter().any(|l| l.starts_with("FAIL build")), "Enter checks again");
    drop(watch.input);
    assert_eq!(watch.child.wait().expect("it ends").code(), Some(1), "the last check failed");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn watch_without_input_checks_once() {
    let checkout = Checkout::new("once");
    checkout.save(&solution());
    let output = checkout.run(&["watch", "flag"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output).matches("PASS 100/100").count(), 1);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_save_ends_the_check_that_it_makes_out_of_date() {
    let checkout = Checkout::new("overtaken");
    // This one hangs for seconds before it fails.
    let hangs = workspace::root().join("xtask/corpus/lab3/wrong/infinite-loop-in-claim/flag.rs");
    checkout.save(&std::fs::read_to_string(hangs).expect("the corpus"));
    let mut watch = Watch::start(&checkout);
    watch.until("built");
    checkout.save(&solution());
    let shown = watch.until(READY);
    assert!(!shown.iter().any(|l| l.starts_with("FAIL 0/") || l.starts_with("FAIL one-winner")), "{shown:#?}");
    assert!(shown.iter().any(|l| l.starts_with("PASS 100/100")), "{shown:#?}");
    writeln!(watch.input, "q").expect("it reads");
    assert_eq!(watch.child.wait().expect("it ends").code(), Some(0));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn progress_is_kept_per_lab_and_check_and_outlives_a_build_error() {
    let checkout = Checkout::new("progress");
    assert_eq!(checkout.json(&["status", "--json"])["labs"][0]["state"], "not-started");
    checkout.save(&solution().replace("stop.set(find.round);\n", ""));
    checkout.run(&["check", "lab3", "--no-timing"]);
    checkout.run(&["hint", "lab3", "one-winner", "--rung", "3"]);
    let lab = |document: &Value| {
        let labs = document["labs"].as_array().expect("labs");
        labs.iter().find(|l| l["lab"] == "lab3").expect("lab 3").clone()
    };
    let first = lab(&checkout.json(&["status", "--json"]));
    let check = |lab: &Value, id: &str| {
        lab["checks"].as_array().expect("checks").iter().find(|c| c["id"] == id).expect("a check").clone()
    };
    assert_eq!((&first["state"], &first["edited"], &first["checked"]), (&"started".into(), &false.into(), &1.into()));
    assert_eq!(
        (&check(&first, "one-winner")["hints"], &check(&first, "interval-rule")["status"]),
        (&3.into(), &"pass".into())
    );
    checkout.save("this is no Rust");
    checkout.run(&["check", "lab3", "--no-timing"]);
    let second = lab(&checkout.json(&["status", "--json"]));
    assert_eq!((&second["builds"], &second["score"], &second["best"]), (&false.into(), &0.into(), &first["score"]));
    assert_eq!(check(&second, "interval-rule")["status"], "pass", "a build error does not take progress away");
    let shown = text(&checkout.run(&["status"]));
    assert!(shown.contains("did not build") && shown.contains("Next: cargo xtask check lab3"), "{shown}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn guesses_in_the_file_are_sealed_at_the_first_run_and_shown_beside_the_results() {
    let checkout = Checkout::new("predict");
    let run = ["run", "lab3", "--baseline", "raw"];
    let blank = checkout.run(&run);
    assert!(String::from_utf8_lossy(&blank.stderr).contains("No prediction yet"));
    assert!(!checkout.progress().contains("prediction"), "nobody was asked, so nothing is settled");
    let file = checkout.root.join("labs/lab3/prediction.toml");
    let empty = std::fs::read_to_string(&file).expect("the file");
    std::fs::write(&file, empty.replace("double_winners = \"\"", "double_winners = 12")).expect("writable");
    let shown = text(&checkout.run(&run));
    let (before, after) = shown.split_once("processes").expect("numbers are shown");
    assert!(before.contains("Your prediction is sealed"), "sealed before the first number: {shown}");
    assert!(after.contains("you said 12; here: ") && after.contains("of 300 runs"), "{shown}");
    std::fs::write(&file, empty.replace("double_winners = \"\"", "double_winners = 0")).expect("writable");
    let again = text(&checkout.run(&run));
    assert!(!again.contains("sealed"), "{again}");
    let status = text(&checkout.run(&["status"]));
    assert!(status.contains("you said 12; here: "), "a later change does not count: {status}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn run_draws_a_page_and_a_trace_and_says_the_same_in_json() {
    let checkout = Checkout::new("draws");
    let (page, trace) = (checkout.root.join("t.html"), checkout.root.join("t.json"));
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let document =
        checkout.json(&["run", "lab3", "--solution", "--json", "--html", &shown(&page), "--perfetto", &shown(&trace)]);
    assert_eq!(
        (&document["ended"], document["workers"].as_array().map(Vec::len)),
        (&"well".into(), Some(5)),
        "{document}"
    );
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("Time lost to coordination") && page.matches("class=\"lane\"").count() == 5);
    let trace: Value = serde_json::from_slice(&std::fs::read(trace).expect("the trace")).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let raises: Vec<&str> = events.iter().filter(|e| e["ph"] == "i").filter_map(|e| e["name"].as_str()).collect();
    assert_eq!(
        raises,
        (1..=8).map(|round| format!("stop = {round}")).collect::<Vec<_>>(),
        "eight rounds, eight raises"
    );
    let bad = checkout.run(&["run", "lab3", "--solution", "--html", "/no/such/folder/t.html"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("--html: there is no folder /no/such/folder"));
}

/// A pseudo-terminal: our end, and the end that a program takes for its user's.
fn terminal() -> (std::fs::File, std::fs::File) {
    let (mut ours, mut theirs) = (0, 0);
    let none = std::ptr::null_mut();
    // SAFETY: two live integers are filled; no name and no settings are passed.
    let code = unsafe { libc::openpty(&mut ours, &mut theirs, none, std::ptr::null_mut(), std::ptr::null_mut()) };
    assert_eq!(code, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: both descriptors were just opened and belong to nobody else.
    unsafe { (std::fs::File::from_raw_fd(ours), std::fs::File::from_raw_fd(theirs)) }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn on_a_terminal_run_asks_until_it_has_an_answer_and_enter_leaves_a_question_out() {
    let checkout = Checkout::new("asks");
    let (mut ours, theirs) = terminal();
    let mut command = checkout.command(&["run", "lab3", "--baseline", "raw"]);
    command.stdin(theirs.try_clone().expect("a copy")).stdout(theirs).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    drop(command);
    // What is typed ahead waits in the terminal: no answer, an answer, nothing, an answer with its unit.
    ours.write_all(b"lots\n50\n\n20 %\n").expect("it can be typed");
    let mut shown = Vec::new();
    // The end of the program is an error on our end of a terminal.
    let _ = ours.read_to_end(&mut shown);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let shown = String::from_utf8_lossy(&shown);
    assert_eq!(shown.matches("a number from 0 to 10000: ").count(), 2, "asked again after no answer: {shown}");
    assert!(shown.contains("you said 50; here: ") && shown.contains("you said 20 %; here: "), "{shown}");
    assert!(shown.contains("you said nothing; here: "), "{shown}");
    let file = std::fs::read_to_string(checkout.root.join("labs/lab3/prediction.toml")).expect("the file");
    assert!(file.contains("double_winners = \"50\"\n") && file.contains("raw_tax_percent = \"\"\n"), "{file}");
}
