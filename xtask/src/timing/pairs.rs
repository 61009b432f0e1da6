//! The wall clock: student and reference in pairs, random order within a pair, until the vote is decided.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use shared::region::Layout;
use shared::sys::hermetic::mix;

use super::gate::{self, BUSY, Snapshot};
use super::vote::{Ballot, Outcome, Tally, ballot};
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
    let cpus = gate::usable_cpus();
    if cpus < LEAST_CPUS {
        return Ok(Wall::not_asked(&format!("only {cpus:.1} processors are usable here; the race needs 2")));
    }
    let scenario = (lab.free)(seed, FREE_WORKERS);
    let layout = (lab.layout)(&scenario.header);
    let mut tally = Tally::default();
    let mut ratios = Vec::new();
    let mut why = String::new();
    let outcome = loop {
        if let Some(outcome) = tally.decide() {
            break outcome;
        }
        let student_first = mix(seed ^ u64::from(tally.pairs()) << 8) & 1 == 0;
        let vote = match pair((student, &scenario), (reference, &scenario), &layout, student_first)? {
            Ok(times) => {
                let vote = times.ballot();
                match gate::verdict(times.foreign) {
                    Some(busy) => why = busy,
                    None => ratios.push(times.student_ns as f64 / times.reference_ns.max(1) as f64),
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
    /// The submission's run, nanoseconds.
    pub student_ns: u64,
    /// The reference's run, nanoseconds.
    pub reference_ns: u64,
    /// Cores that other programs used meanwhile; infinite when that cannot be told.
    pub foreign: f64,
}

impl Times {
    /// The pair's vote: none when the machine was busy.
    pub fn ballot(&self) -> Ballot {
        if self.foreign <= BUSY {
            ballot(self.student_ns, self.reference_ns)
        } else {
            Ballot::Void("the machine was busy")
        }
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
        (Ok(student_ns), Ok(reference_ns)) => Ok(Times { student_ns, reference_ns, foreign }),
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
fn time(binary: &Path, scenario: &Scenario, layout: &Layout) -> Result<Result<u64, String>> {
    let started = Instant::now();
    let end = free::run(binary, scenario, layout, 0)?.end;
    let ours = started.elapsed().as_nanos() as u64;
    Ok(match end {
        FreeEnd::Done(run) if run.wall_ns == 0 || run.wall_ns > ours => {
            Err("the workers' clocks and the grader's do not agree".to_owned())
        }
        FreeEnd::Done(run) => Ok(run.wall_ns),
        FreeEnd::Failed(why) => Err(why),
    })
}
