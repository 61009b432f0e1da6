//! Seven ways to judge by the wall clock: ours, and what graders commonly do.

use serde::Serialize;

use super::Pairs;
use crate::timing::pairs::Times;
use crate::timing::vote::{Ballot, Outcome, Run, Tally, ballot};

/// Above this ratio the simple methods say slower: as far from 1 as from 2.
pub const LIMIT: f64 = std::f64::consts::SQRT_2;
/// Runs of each program in the methods that take several.
const RUNS: usize = 9;
/// Runs that the absolute limit looks at.
const ABSOLUTE_RUNS: usize = 5;

/// A way to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// What `check` does: pairs vote, a gate leaves out the disturbed ones.
    Vote,
    /// The same without the gate.
    VoteWithoutGate,
    /// The median of the ratios of nine pairs.
    PairedMedian,
    /// Nine runs of the one, then nine of the other; the ratio of the medians.
    Blocks,
    /// The ratio of the shortest of nine runs each.
    Minimum,
    /// One run of each.
    SingleShot,
    /// The median of five runs against a time found once, on a quiet machine.
    AbsoluteLimit,
}

/// All of them.
pub const METHODS: [Method; 7] = [
    Method::Vote,
    Method::VoteWithoutGate,
    Method::PairedMedian,
    Method::Blocks,
    Method::Minimum,
    Method::SingleShot,
    Method::AbsoluteLimit,
];

/// What a method says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Fast enough.
    Pass,
    /// Slower.
    Fail,
    /// Not to be told.
    Inconclusive,
}

impl Method {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Method::Vote => "gated vote (ours)",
            Method::VoteWithoutGate => "vote without the gate",
            Method::PairedMedian => "median of 9 paired ratios",
            Method::Blocks => "median of 9, block after block",
            Method::Minimum => "minimum of 9, interleaved",
            Method::SingleShot => "single shot",
            Method::AbsoluteLimit => "absolute limit, median of 5",
        }
    }

    /// One verdict. `usual_ns`: the reference's time on a quiet machine, for the method that relies on it.
    pub fn judge(self, pairs: &mut Pairs, usual_ns: u64) -> Verdict {
        match self {
            Method::Vote => vote(pairs, |times| times.ballot()),
            Method::VoteWithoutGate => vote(pairs, of_ratio),
            Method::PairedMedian => limit(median(take(pairs, RUNS).iter().map(Times::ratio))),
            Method::Blocks => {
                let (students, references) = (take(pairs, RUNS), take(pairs, RUNS));
                let reference = median(references.iter().map(|t| t.reference.wall_ns as f64));
                limit(median(students.iter().map(|t| t.student.wall_ns as f64)) / reference)
            }
            Method::Minimum => {
                let runs = take(pairs, RUNS);
                let shortest = |time: fn(&Times) -> u64| runs.iter().map(time).min().unwrap_or(0) as f64;
                limit(shortest(|t| t.student.wall_ns) / shortest(|t| t.reference.wall_ns))
            }
            Method::SingleShot => limit(pairs().ratio()),
            Method::AbsoluteLimit => {
                let runs = take(pairs, ABSOLUTE_RUNS);
                limit(median(runs.iter().map(|t| t.student.wall_ns as f64)) / usual_ns as f64)
            }
        }
    }
}

fn vote(pairs: &mut Pairs, ballot: fn(&Times) -> Ballot) -> Verdict {
    let mut tally = Tally::default();
    loop {
        match tally.decide() {
            None => tally.add(ballot(&pairs())),
            Some(Outcome::Confirmed) => return Verdict::Pass,
            Some(Outcome::Slower) => return Verdict::Fail,
            Some(Outcome::Inconclusive) => return Verdict::Inconclusive,
        }
    }
}

fn take(pairs: &mut Pairs, count: usize) -> Vec<Times> {
    (0..count).map(|_| pairs()).collect()
}

/// The vote of a pair as if both programs had had all processors for themselves.
fn of_ratio(times: &Times) -> Ballot {
    let undisturbed = |run: Run| Run { cores: f64::from(u16::MAX), ..run };
    ballot(undisturbed(times.student), undisturbed(times.reference))
}

fn limit(ratio: f64) -> Verdict {
    if ratio > LIMIT { Verdict::Fail } else { Verdict::Pass }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a series that repeats these (student, reference) times, in microseconds, on a machine this busy.
    fn judge(method: Method, foreign: f64, series: &[(u64, u64)]) -> Verdict {
        let mut at = 0;
        let mut next = || {
            let (student, reference) = series[at % series.len()];
            at += 1;
            let run = |us: u64| Run { wall_ns: us * 1_000, cores: 2.0 };
            Times { student: run(student), reference: run(reference), foreign }
        };
        method.judge(&mut next, 10_000_000)
    }

    #[test]
    fn every_method_tells_clear_cases_apart() {
        for method in METHODS {
            assert_eq!(judge(method, 0.0, &[(10_000, 10_000)]), Verdict::Pass, "{method:?}");
            assert_eq!(judge(method, 0.0, &[(30_000, 10_000)]), Verdict::Fail, "{method:?}");
        }
    }

    #[test]
    fn only_the_gate_declines_on_a_busy_machine() {
        for method in METHODS {
            let declined = judge(method, 1.0, &[(10_000, 10_000)]) == Verdict::Inconclusive;
            assert_eq!(declined, method == Method::Vote, "{method:?}");
        }
    }

    #[test]
    fn one_lucky_run_fools_the_minimum_only() {
        let mut series = [(20_000, 10_000); 9];
        series[4] = (10_000, 10_000);
        assert_eq!(judge(Method::Minimum, 0.0, &series), Verdict::Pass);
        assert_eq!(judge(Method::PairedMedian, 0.0, &series), Verdict::Fail);
        assert_eq!(judge(Method::Vote, 0.0, &series), Verdict::Fail);
    }

    #[test]
    fn a_change_of_the_machine_between_blocks_fools_blocks_only() {
        let mut series = [(20_000, 20_000); 18];
        series[9..].fill((10_000, 10_000));
        assert_eq!(judge(Method::Blocks, 0.0, &series), Verdict::Fail);
        assert_eq!(judge(Method::PairedMedian, 0.0, &series), Verdict::Pass);
    }
}
