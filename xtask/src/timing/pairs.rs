//! The wall clock: student and reference in pairs, random order within a pair, until the vote is decided.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use shared::region::Layout;
use shared::sys::hermetic::mix;

use super::gate::{self, Snapshot};
use super::vote::{Ballot, Outcome, Run, Tally, ballot};
use crate::drive::free::{self, FreeEnd};
use crate::labs::{FREE_WORKERS, Lab, Scenario};
use crate::report::result::{Wall, WallOutcome};

/// Processors below which a race between processes says nothing.
const LEAST_CPUS: f64 = 2.0;

/// Runs pairs until the vote is decided. Correctness was shown before: only the time counts here.
///
/// # Errors
/// Only when something of ours fails.
pub fn confirm(lab: &Lab, student: &Path, reference: &Path, seed: u64) -> Result<Wall> {
    let scenario = (lab.free)(seed, FREE_WORKERS);
    let layout = (lab.layout)(&scenario.header);
    race((student, &scenario), (reference, &scenario), &layout, seed)
}

/// As [`confirm`], each program on its own scenario.
///
/// # Errors
/// Only when something of ours fails.
pub fn race(student: (&Path, &Scenario), reference: (&Path, &Scenario), layout: &Layout, seed: u64) -> Result<Wall> {
    let cpus = gate::usable_cpus();
    if cpus < LEAST_CPUS {
        return Ok(Wall::not_asked(&format!("only {cpus:.1} processors are usable here; the race needs 2")));
    }
    let mut tally = Tally::default();
    let mut ratios = Vec::new();
    let mut why = String::new();
    let outcome = loop {
        if let Some(outcome) = tally.decide() {
            break outcome;
        }
        let student_first = mix(seed ^ u64::from(tally.pairs()) << 8) & 1 == 0;
        let vote = match pair(student, reference, layout, student_first)? {
            Ok(times) => {
                let vote = times.ballot();
                match (gate::verdict(times.foreign), vote) {
                    (Some(busy), _) => why = busy,
                    (None, Ballot::Void(what)) => why = what.to_owned(),
                    (None, _) => ratios.push(times.ratio()),
                }
                vote
            }
            Err(sentence) => {
                why = sentence;
                Ballot::Void("a run failed")
            }
        };
        tally.add(vote);
    };
    Ok(wall(outcome, &tally, ratios, why))
}

/// What a pair of runs took, and what disturbed it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Times {
    /// The submission's run.
    pub student: Run,
    /// The reference's run.
    pub reference: Run,
    /// Cores that other programs used meanwhile; infinite when that cannot be told.
    pub foreign: f64,
}

impl Times {
    /// The pair's vote: none when the machine was busy.
    pub fn ballot(&self) -> Ballot {
        match gate::verdict(self.foreign) {
            Some(_) => Ballot::Void("the machine was busy"),
            None => ballot(self.student, self.reference),
        }
    }

    /// The submission's time over the reference's.
    pub fn ratio(&self) -> f64 {
        self.student.wall_ns as f64 / self.reference.wall_ns.max(1) as f64
    }
}

/// Runs a pair: each program on its own scenario. A sentence when one of the runs cannot count.
///
/// # Errors
/// Only when something of ours fails.
pub fn pair(
    student: (&Path, &Scenario),
    reference: (&Path, &Scenario),
    layout: &Layout,
    student_first: bool,
) -> Result<Result<Times, String>> {
    let (first, second) = if student_first { (student, reference) } else { (reference, student) };
    let before = Snapshot::take()?;
    let times = (time(first.0, first.1, layout)?, time(second.0, second.1, layout)?);
    let after = Snapshot::take()?;
    let foreign = gate::foreign_cores(&before, &after);
    let (own, other) = if student_first { times } else { (times.1, times.0) };
    Ok(match (own, other) {
        (Ok(student), Ok(reference)) => Ok(Times { student, reference, foreign }),
        (Err(sentence), _) | (_, Err(sentence)) => Err(sentence),
    })
}

fn wall(outcome: Outcome, tally: &Tally, mut ratios: Vec<f64>, why: String) -> Wall {
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or(0.0);
    let (outcome, why) = match outcome {
        Outcome::Confirmed => (WallOutcome::Confirmed, String::new()),
        Outcome::Slower => (WallOutcome::Slower, format!("{ratio:.2} times the reference's time")),
        Outcome::Inconclusive if why.is_empty() => {
            (WallOutcome::Inconclusive, format!("{} pairs of runs did not agree", tally.pairs()))
        }
        Outcome::Inconclusive => (WallOutcome::Inconclusive, why),
    };
    Wall { ratio, fast: tally.fast, slow: tally.slow, void: tally.void, outcome, why, virtual_ratio: None }
}

/// One run's time by its workers' clocks, checked against ours; a sentence when the run cannot count.
fn time(binary: &Path, scenario: &Scenario, layout: &Layout) -> Result<Result<Run, String>> {
    let (started, reaped) = (Instant::now(), gate::reaped()?);
    let end = free::run(binary, scenario, layout, 0)?.end;
    let ours = started.elapsed().as_nanos() as u64;
    let cpu = gate::reaped()?.saturating_sub(reaped).as_nanos() as f64;
    Ok(match end {
        FreeEnd::Done(run) if run.wall_ns == 0 || run.wall_ns > ours => {
            Err("the workers' clocks and the grader's do not agree".to_owned())
        }
        FreeEnd::Done(run) => Ok(Run { wall_ns: run.wall_ns, cores: cpu / run.wall_ns as f64 }),
        FreeEnd::Failed(why) => Err(why),
    })
}
