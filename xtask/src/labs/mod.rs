//! The labs as the grader sees them: one table of checks a lab, its scenarios, its oracles, its words.
//!
//! Everything that gives points stands in a table here; the documentation is rendered from it.

pub mod lab0;
pub mod lab1;
pub mod lab2;
pub mod lab3;
pub mod lab4;
pub mod lab5;
pub mod sheet;

use serde::Serialize;
use shared::baton::Op;
use shared::header::{Header, Role};
use shared::region::Layout;

use crate::drive::execution::Ending;
use crate::drive::model::Model;
use crate::drive::step::Step;
use crate::judge::common;
use crate::search::Run;
use crate::search::clock::Timed;

/// The kind of a check: how its evidence is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The submission compiles.
    Build,
    /// Every interleaving.
    Explore,
    /// Every interleaving with a kill at every step.
    Crash,
    /// A free run.
    Real,
    /// Counts on a virtual run against a budget.
    Ledger,
    /// The makespan on the virtual clock.
    Virtual,
    /// A function's answers.
    Answer,
}

/// What a judge has to say against a run.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// One sentence that a student understands.
    pub message: String,
    /// Why, in terms of numbered steps; may be empty. `{n}` stands for the number of `guilty[n]` in the story.
    pub because: String,
    /// Places in the steps that the explanation is about.
    pub guilty: Vec<usize>,
    /// The function is still as the starter left it.
    pub not_started: bool,
}

impl Finding {
    /// A finding without an explanation.
    pub fn new(message: impl Into<String>) -> Finding {
        Finding { message: message.into(), ..Finding::default() }
    }
}

/// What computation (a, b) answers.
pub type Answer = fn(&Scenario, u64, u64) -> u64;

/// One set-up: who does what, over which board.
#[derive(Clone)]
pub struct Scenario {
    /// Its name, which schedules begin with: the check's id, then a suffix where a check has several.
    pub name: &'static str,
    /// Parameters, seed and roles.
    pub header: Header,
    /// Bit set of the workers of which one may be killed (in crash checks).
    pub victims: u64,
    /// What computations answer.
    pub answer: Answer,
    /// The computations that answer 1, as (a, b): the lab's hits.
    pub hits: Vec<(u64, u64)>,
    /// What one computation costs on the virtual clock, nanoseconds.
    pub compute_ns: u64,
}

impl Scenario {
    /// Number of worker processes.
    pub fn workers(&self) -> usize {
        self.header.roles.len()
    }
}

/// A role without arguments to fill in.
pub fn role(function: u64, args: &[u64]) -> Role {
    let mut role = Role { function, ..Role::default() };
    role.args[..args.len()].copy_from_slice(args);
    role
}

/// How a check looks at its runs.
#[derive(Clone, Copy)]
pub enum Judge {
    /// At every interleaving.
    Every(fn(&Scenario, &Run) -> Option<Finding>),
    /// As `Every`; the judge says itself what it has against waiting for ever.
    EveryEnding(fn(&Scenario, &Run) -> Option<Finding>),
    /// At one run on the virtual clock.
    Timed(fn(&Scenario, &Timed) -> Option<Finding>),
    /// As `Timed`; the judge says itself what it has against waiting for ever.
    TimedEnding(fn(&Scenario, &Timed) -> Option<Finding>),
    /// At one free run.
    Free(fn(&Scenario, &FreeRun) -> Option<Finding>),
    /// The same, with something to say about a right one: what `run` shows.
    Told(fn(&Scenario, &FreeRun) -> Result<String, Finding>),
    /// At an answer sheet: one of the student files, and the judge of its text.
    Sheet(&'static str, fn(&str) -> Option<Finding>),
}

impl Judge {
    /// What any lab would say against how the run ended, unless the judge says that itself.
    pub fn refuse(&self, steps: &[Step], ending: &Ending, model: Option<&Model>, layout: &Layout) -> Option<Finding> {
        let waits = matches!(ending, Ending::Deadlock(_) | Ending::Livelock(_));
        match self {
            Judge::EveryEnding(_) | Judge::TimedEnding(_) if waits => None,
            _ => common::refuse(steps, ending, model, layout),
        }
    }

    /// The judge of every interleaving, if it is one.
    pub fn of_every(&self) -> Option<fn(&Scenario, &Run) -> Option<Finding>> {
        match self {
            Judge::Every(judge) | Judge::EveryEnding(judge) => Some(*judge),
            _ => None,
        }
    }
}

/// What a free run left behind.
pub struct FreeRun {
    /// What each worker reported.
    pub reports: Vec<Vec<(u64, u64)>>,
    /// From the first worker's start to the last one's end, by the workers' own clocks, nanoseconds.
    pub wall_ns: u64,
}

/// One row of a lab's table.
pub struct Check {
    /// Its name everywhere.
    pub id: &'static str,
    /// How its evidence is made.
    pub kind: Kind,
    /// What it is worth.
    pub points: u32,
    /// The checks that must pass first; else it is skipped.
    pub needs: &'static [&'static str],
    /// What it asks for, for tables and hints.
    pub asks: &'static str,
    /// Its scenarios; the first is named like the check.
    pub scenarios: fn(u64) -> Vec<Scenario>,
    /// How it is judged.
    pub judge: Judge,
}

/// A lab.
pub struct Lab {
    /// Its number.
    pub number: u64,
    /// Its folder and package: `lab3`.
    pub name: &'static str,
    /// Its topic, another name for it on the command line.
    pub topic: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The files that a student edits: sources in `src/`, answer sheets (see [`is_sheet`]) beside it.
    pub student_files: &'static [&'static str],
    /// The files in `src/` that are given.
    pub given_files: &'static [&'static str],
    /// The names of its baselines and what is added to a role's function to call them.
    pub baselines: &'static [(&'static str, u64)],
    /// The checks in the order in which they are shown.
    pub checks: &'static [Check],
    /// The object table.
    pub layout: fn(&Header) -> Layout,
    /// Names a word of an array: `alerts[1].value`.
    pub word_name: fn(&str, u64) -> String,
    /// Names an item of a queue by its words: `task 3`.
    pub item_name: fn(&str, &[u64]) -> String,
    /// Says a computation or a report in the lab's own words; `None` leaves the step out of stories.
    pub say: fn(&Op, u64) -> Option<String>,
    /// The scenario of free runs with this seed and so many workers: what `run` shows and the wall clock times.
    pub free: fn(u64, u64) -> Scenario,
    /// The scenario of the explorer's benchmark with so many workers.
    pub bench: fn(usize) -> Scenario,
}

impl Lab {
    /// How many times `run` runs the scenario when nobody says: chapter 0 is about runs that tell nothing.
    pub fn usual_runs(&self) -> u32 {
        if self.number == 0 { 20 } else { 1 }
    }

    /// A scenario of free runs that only questions of `questions.toml` use, by its name there.
    pub fn rehearsal(&self, name: &str) -> Option<fn(u64) -> Scenario> {
        match self.number {
            1 => lab1::rehearsal(name),
            _ => None,
        }
    }
}

/// Workers of a free run when nobody asks for another number.
pub const FREE_WORKERS: u64 = 4;

/// The most workers of a free run: a lab may need some more processes, to produce, supervise, and look at what is left.
pub const MOST_FREE_WORKERS: u64 = shared::region::MAX_WORKERS as u64 - 4;

/// All labs.
pub const LABS: &[&Lab] = &[&lab0::LAB, &lab1::LAB, &lab2::LAB, &lab3::LAB, &lab4::LAB, &lab5::LAB];

/// Whether a student file is an answer sheet: text that is read, and not compiled.
pub fn is_sheet(file: &str) -> bool {
    file.ends_with(".toml")
}

/// The lab with this name: `lab3`, `3`, `chapter3` or `flag`.
///
/// # Errors
/// A sentence that names the labs there are, and the nearest one.
pub fn find(name: &str) -> Result<&'static Lab, String> {
    let wanted = name.to_ascii_lowercase();
    let number = wanted.strip_prefix("chapter").unwrap_or(&wanted);
    let matches = |lab: &&&Lab| [lab.name, lab.topic].contains(&wanted.as_str()) || lab.number.to_string() == number;
    if let Some(lab) = LABS.iter().find(matches) {
        return Ok(lab);
    }
    let all: Vec<String> = LABS.iter().map(|l| format!("{} ({})", l.name, l.topic)).collect();
    let hint = did_you_mean(&wanted, LABS.iter().flat_map(|l| [l.name, l.topic]));
    Err(format!("there is no lab `{name}`.{hint} Labs: {}", all.join(", ")))
}

/// A sentence about a name that a lab does not have and those that it has.
pub fn unknown(lab: &Lab, what: &str, name: &str, known: &[&str]) -> String {
    let hint = did_you_mean(name, known.iter().copied());
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("{} has no {what} `{name}`; it has {known}.{hint}", lab.name)
}

/// A question after a blank, when one of the names is near enough.
pub fn did_you_mean<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> String {
    let nearest = names.map(|n| (distance(n, wanted), n)).min();
    nearest.filter(|(far, _)| *far <= 2).map_or(String::new(), |(_, n)| format!(" Did you mean `{n}`?"))
}

/// Levenshtein distance: how many letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.chars().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.chars().count()]
}

/// The reports that a worker made, with their places in the steps.
pub fn reports(steps: &[Step], worker: usize) -> impl Iterator<Item = (usize, u64, u64)> + '_ {
    use shared::baton::Action;
    steps.iter().enumerate().filter(move |(_, s)| s.worker == worker).filter_map(|(at, s)| {
        let op = s.op().filter(|op| op.action == Action::Report)?;
        Some((at, op.a, op.b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labs_are_found_by_number_name_and_topic() {
        for name in ["3", "lab3", "flag", "LAB3"] {
            assert_eq!(find(name).map(|l| l.number), Ok(3));
        }
        for name in ["0", "lab0", "counter", "chapter0"] {
            assert_eq!(find(name).map(|l| l.number), Ok(0));
        }
    }

    #[test]
    fn a_typo_is_answered_with_the_nearest_name() {
        let error = find("falg").err().expect("no such lab");
        assert!(error.contains("Did you mean `flag`?"), "{error}");
    }

    #[test]
    fn names_far_from_all_others_are_not_guessed_at() {
        let lab = LABS[0];
        assert!(unknown(lab, "check", "one-winer", &["tax", "one-winner"]).ends_with("Did you mean `one-winner`?"));
        assert_eq!(
            unknown(lab, "check", "zzzzzz", &["tax"]),
            format!("{} has no check `zzzzzz`; it has tax.", lab.name)
        );
    }

    #[test]
    fn every_table_is_consistent() {
        for lab in LABS {
            let total: u32 = lab.checks.iter().map(|c| c.points).sum();
            assert_eq!(total, 100, "{}", lab.name);
            for (at, check) in lab.checks.iter().enumerate() {
                let earlier: Vec<&str> = lab.checks[..at].iter().map(|c| c.id).collect();
                assert!(check.needs.iter().all(|n| earlier.contains(n)), "{} needs a check above it", check.id);
                let scenarios = (check.scenarios)(7);
                assert_eq!(scenarios[0].name, check.id);
                assert!(scenarios.iter().all(|s| s.name.starts_with(check.id)));
            }
        }
    }
}
