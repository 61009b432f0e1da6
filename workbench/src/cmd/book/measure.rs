//! What a reader's machine can tell in reasonable time: one command after the other, because they would disturb each other.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::prices::observe;
use crate::report::data;
use crate::submit::workspace;

/// One command, and what it records.
struct Step {
    words: &'static [&'static str],
    /// The record, when the command only prints it.
    prints: Option<&'static str>,
    /// About how long it takes, in seconds, with what it has to build.
    about: u32,
    /// Whether it needs solutions and corpus, which a handout lacks.
    whole: bool,
}

const fn step(words: &'static [&'static str], about: u32) -> Step {
    Step { words, prints: None, about, whole: false }
}

const fn experiment(words: &'static [&'static str], file: &'static str, about: u32) -> Step {
    Step { words, prints: Some(file), about, whole: false }
}

/// What needs solutions or the corpus.
const fn whole(words: &'static [&'static str], about: u32) -> Step {
    Step { words, prints: None, about, whole: true }
}

/// The option that needs Python: left out where there is none.
const PYTHON: &str = "--python";

const STEPS: &[Step] = &[
    step(&["prices", PYTHON, "--record"], 150),
    experiment(&["experiment", "check-interval", "--json"], "experiment-check-interval.json", 60),
    experiment(&["experiment", "fraud", "--json"], "experiment-fraud.json", 30),
    experiment(&["experiment", "crossover", "--json"], "experiment-crossover.json", 30),
    experiment(&["experiment", "slowdown", "--json"], "experiment-slowdown.json", 30),
    experiment(&["experiment", "spectrum", "--json"], "experiment-spectrum.json", 30),
    step(&["bench", "--record"], 90),
    step(&["bench", "crashes", PYTHON, "--repeat", "20", "--record"], 60),
    step(&["bench", "build", "--record"], 75),
    whole(&["bench", "clock", "--record"], 45),
    whole(&["bench", "explorer", "--record"], 30),
    whole(&["bench", "latency", "--record"], 60),
    whole(&["bench", "latency", "--profiles", "--record"], 90),
    #[cfg(target_os = "linux")]
    whole(&["bench", "grading", "--record"], 60),
    whole(&["book", "--graphs"], 20),
];

/// What only maintainers record: it takes long, or says nothing about a machine.
const LEFT_OUT: [&str; 5] = [
    "bench verdicts --record",
    "bench wall --record",
    "bench checks --corpus --record",
    "bench soundness --record",
    "selftest attacks --record",
];

/// Records everything, and gives what could not be recorded, with the reason. One thing that fails does not cost the others.
///
/// # Errors
/// When the runner does not find its own program.
pub fn all() -> Result<Vec<String>> {
    let python = observe::python_version().is_some();
    if !python {
        eprintln!("python3 is not here: Python's prices are not measured, and the book will say so");
    }
    let complete = workspace::root().join("solutions").is_dir() && workspace::root().join("xtask/corpus").is_dir();
    let steps: Vec<&Step> = STEPS.iter().filter(|step| complete || !step.whole).collect();
    announce(&steps, complete);
    let mut missing = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let words: Vec<&str> = step.words.iter().copied().filter(|word| python || *word != PYTHON).collect();
        eprintln!("\n{} of {}: cargo xtask {}", at + 1, steps.len(), words.join(" "));
        if let Err(why) = record(&words, step.prints) {
            missing.push(format!("`cargo xtask {}`: {why:#}", words.join(" ")));
        }
    }
    Ok(missing)
}

/// How long it will take, and what it will not do.
fn announce(steps: &[&Step], complete: bool) {
    let minutes = steps.iter().map(|step| step.about).sum::<u32>().div_ceil(60);
    eprintln!(
        "{} measurements, about {minutes} minutes on two processors. Leave the machine alone meanwhile; what is not done yet \
         when you stop it stays as it was.",
        steps.len()
    );
    let others: Vec<String> = LEFT_OUT.iter().map(|words| format!("`{words}`")).collect();
    eprintln!("Not measured again, because it takes long or says nothing about a machine: {}.", others.join(", "));
    if !complete {
        eprintln!(
            "Nor what needs solutions or the corpus of submissions, which this copy of the project does not have."
        );
    }
}

/// Runs one of our own commands. What it found wrong about the project (exit code 1) is in its record all the same.
fn record(words: &[&str], prints: Option<&str>) -> Result<()> {
    let me = std::env::current_exe().context("finding the runner's own program")?;
    let mut command = Command::new(me);
    command.args(words).stdin(Stdio::null()).stderr(Stdio::inherit());
    let out = if prints.is_some() { Stdio::piped() } else { Stdio::inherit() };
    let before = newest(&data::file(""));
    let output = command.stdout(out).output().context("starting it")?;
    anyhow::ensure!(matches!(output.status.code(), Some(0 | 1)), "{}", output.status);
    let recorded = prints.is_some() || newest(&data::file("")) > before;
    anyhow::ensure!(output.status.success() || recorded, "it ended with exit code 1 and recorded nothing");
    let Some(file) = prints else { return Ok(()) };
    // Without the blanks between its parts a document is half as long.
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).context("its document")?;
    data::write(&data::file(file), &document.to_string())
}

/// When a file in this folder was written last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let files = std::fs::read_dir(folder).ok()?;
    files.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_seen() {
        let scratch = workspace::Scratch::new("newest").expect("a folder");
        let folder = &scratch.path;
        assert_eq!((newest(&folder.join("none")), newest(folder)), (None, None));
        std::fs::write(folder.join("old.json"), "{}").expect("a file");
        let old = newest(folder).expect("a file was written");
        let file = std::fs::File::create(folder.join("new.json")).expect("a file");
        file.set_modified(old + std::time::Duration::from_secs(1)).expect("its time");
        assert!(newest(folder) > Some(old));
    }

    #[test]
    fn every_command_can_be_typed_and_every_experiment_of_the_book_is_among_them() {
        for words in STEPS.iter().map(|step| step.words.join(" ")).chain(LEFT_OUT.map(str::to_owned)) {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            if let Err(why) = crate::cli::understands(&words) {
                panic!("{}: {why:#}", words.join(" "));
            }
        }
        for name in crate::book::EXPERIMENTS {
            let file = format!("experiment-{name}.json");
            let found = STEPS.iter().find(|step| step.prints == Some(file.as_str()));
            assert_eq!(found.map(|step| step.words[1]), Some(*name), "nobody records {file}");
        }
    }
}
