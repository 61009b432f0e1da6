//! Results for people: a line a check as soon as it is known, the story of each failure, the verdict last.
//!
//! The words carry the meaning; colour only helps, and is off without a terminal or with `NO_COLOR`.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use super::place;
use super::result::{CheckResult, Document, Status, Verdict, Wall, WallOutcome};
use crate::labs::Lab;
use crate::submit::compile::BuildFailure;
use crate::submit::workspace;

/// Where a check's progress is shown: standard output, or standard error when that carries JSON.
pub struct Progress {
    lab: &'static Lab,
    to_stderr: bool,
    colour: bool,
    quiet: bool,
    /// Where the sources are, as messages show it.
    shown: String,
}

/// A status as one word of four letters.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "PASS",
        Status::Fail => "FAIL",
        Status::Skipped => "SKIP",
        Status::NotStarted => "TODO",
        Status::Inconclusive => "?   ",
    }
}

/// The colour of a status, as a terminal's code.
fn colour(status: Status) -> &'static str {
    match status {
        Status::Pass => "32",
        Status::Fail => "31;1",
        Status::NotStarted => "36",
        Status::Skipped | Status::Inconclusive => "33",
    }
}

/// Empties the screen, if standard output is one; what scrolled away stays.
pub fn clear() {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if std::io::stdout().is_terminal() && !dumb {
        print!("\u{1b}[2J\u{1b}[H");
    }
}

impl Progress {
    /// For a check of this lab.
    pub fn new(lab: &'static Lab, to_stderr: bool) -> Progress {
        let terminal = if to_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Progress { lab, to_stderr, colour, quiet: false, shown: String::new() }
    }

    /// One that shows nothing.
    pub fn silent(lab: &'static Lab) -> Progress {
        Progress { lab, to_stderr: true, colour: false, quiet: true, shown: String::new() }
    }

    /// Whether colours are shown.
    pub fn colour(&self) -> bool {
        self.colour
    }

    fn say(&self, text: &str) {
        match (self.quiet, self.to_stderr) {
            (true, _) => {}
            (_, true) => eprintln!("{text}"),
            (_, false) => println!("{text}"),
        }
    }

    fn paint(&self, word: &str, code: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }

    /// The first words.
    pub fn start(&mut self, what: &str) {
        self.shown = what.to_owned();
        self.say(&format!("{}, {}: checking {what}", self.lab.name, self.lab.title));
    }

    /// The program is there.
    pub fn built(&mut self, took: Duration) {
        self.say(&format!("built in {:.1} s; now every interleaving of your processes:", took.as_secs_f64()));
    }

    /// There is no program.
    pub fn build_failed(&mut self, failure: &BuildFailure) {
        if !failure.compiler.is_empty() {
            self.say(failure.compiler.trim_end());
        }
        let word = self.paint("FAIL", "31;1");
        self.say(&format!("{word} build: {}", failure.message));
    }

    /// One check is done.
    pub fn checked(&mut self, result: &CheckResult) {
        let (word, code) = (word(result.status), colour(result.status));
        let head = format!("{} {:<14} {:>2}/{:<2}", self.paint(word, code), result.id, result.score, result.max_score);
        self.say(format!("{head}  {}", result.message).trim_end());
        let text = |key: &str| result.evidence[key].as_str().unwrap_or("").to_owned();
        if result.status != Status::Fail {
            return;
        }
        if !text("story").is_empty() {
            self.say(text("story").trim_end());
        }
        if !text("because").is_empty() {
            self.say(&format!("  {}", text("because")));
        }
        let check = self.lab.checks.iter().find(|c| c.id == result.id);
        if let Some(place) = check.and_then(|check| place::of(self.lab, check, &result.message, &self.shown)) {
            self.say(&format!("  Where: {place}"));
        }
        self.say(&format!("  Next: {}", self.next(result)));
    }

    fn next(&self, result: &CheckResult) -> String {
        let lab = self.lab.name;
        let hint = format!("cargo xtask hint {lab} {}", result.id);
        match &result.schedule {
            Some(schedule) => format!("cargo xtask replay {lab} {schedule} | {hint}"),
            None => hint,
        }
    }

    /// All is right; now the wall clock.
    pub fn timing(&mut self) {
        self.say("all right; now the race against the reference:");
    }

    /// The verdict.
    pub fn finish(&mut self, document: &Document) {
        let points = format!("{}/{}", document.score, document.max_score);
        let verdict = match document.verdict {
            Verdict::Pass => self.paint("PASS", "32;1"),
            Verdict::Fail => self.paint("FAIL", "31;1"),
            Verdict::Error => self.paint("ERROR", "31;1"),
        };
        self.say(&format!("{verdict} {points}{}", self.speed(document)));
        // The free run is the last check to be shown, and costs points that were shown before.
        if document.checks.iter().any(|c| c.kind == "real" && c.status == Status::Fail) {
            let passed = document.checks.iter().filter(|c| c.status == Status::Pass);
            let taken: u32 = passed.map(|c| c.max_score - c.score).sum();
            if taken > 0 {
                self.say(&format!("  {taken} of the points above are taken away: the real run did not go well."));
            }
        }
        let lab = self.lab;
        if document.checks.iter().any(|c| c.status == Status::NotStarted) {
            let place = |file: &&str| workspace::place(&Path::new("labs").join(lab.name), file).display().to_string();
            let files = lab.student_files.iter().map(place);
            let files = crate::story::words::list(files);
            self.say(&format!(
                "  TODO means not started. Read labs/{}/README.md, edit {files}, check again.",
                lab.name
            ));
        } else if document.submission.is_none() {
            self.say(&format!("  {}", self.after(document)));
        }
    }

    /// What to read or to do next.
    fn after(&self, document: &Document) -> String {
        let (name, chapter) = (self.lab.name, place::chapter(self.lab));
        match document.verdict {
            Verdict::Pass if self.shown.starts_with("solutions") => {
                format!("That was the solution. Your turn: {chapter}")
            }
            Verdict::Pass => {
                format!("Next: cargo xtask run {name} --html FILE draws your workers; cargo xtask status: what is left")
            }
            Verdict::Fail | Verdict::Error => format!("Read: {chapter}"),
        }
    }

    fn speed(&self, document: &Document) -> String {
        let wall = &document.wall;
        match wall.outcome {
            WallOutcome::Confirmed => {
                format!(", speed confirmed: {:.2} times the reference's time{}", wall.ratio, model(wall))
            }
            WallOutcome::Slower => {
                format!(", slower than the reference: {:.2} times its time{}", wall.ratio, model(wall))
            }
            WallOutcome::Inconclusive => {
                format!(", speed not confirmed here: {}. Your score does not depend on it.", wall.why)
            }
            WallOutcome::NotAsked if document.verdict == Verdict::Pass => format!(", speed not asked: {}", wall.why),
            WallOutcome::NotAsked => String::new(),
        }
    }
}

/// The virtual clock beside the wall clock: each says how many times the reference's time, and how far apart they are.
fn model(wall: &Wall) -> String {
    wall.virtual_ratio.map_or(String::new(), |ratio| {
        format!(" (the virtual clock says {ratio:.2}; wall over virtual {:.2})", wall.ratio / ratio)
    })
}
