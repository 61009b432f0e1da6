//! The project's own benchmarks: each a ratio of two things that were measured beside each other in one run.
//!
//! A time means little on another day or machine; a ratio of neighbours means the same there. So what is recorded, held
//! against a target and compared with later is the rounds' ratios.

pub mod compare;
pub mod fairness;
pub mod table;

use serde::{Deserialize, Serialize};

use crate::prices::catalogue::{self, Row};
use crate::report::provenance::Provenance;

/// One benchmark.
#[derive(Debug)]
pub struct Benchmark {
    /// Its name in records.
    pub id: &'static str,
    /// What is compared, for people.
    pub words: &'static str,
    /// What is measured against what.
    pub source: Source,
    /// The ratio that must not be exceeded, if there is a target.
    pub limit: Option<f64>,
}

/// Where a benchmark's ratios come from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// Two rows of the price list, each with a number of workers: samples of the same round are neighbours.
    Rows((&'static str, usize), (&'static str, usize)),
    /// A program that does both in turn: where the ratio is so near to 1 that even two processes differ by more.
    InTurn(&'static str),
}

const fn bench(
    id: &'static str,
    words: &'static str,
    over: (&'static str, usize),
    under: (&'static str, usize),
    limit: f64,
) -> Benchmark {
    Benchmark { id, words, source: Source::Rows(over, under), limit: Some(limit) }
}

/// All of them, with their targets.
pub const BENCHMARKS: &[Benchmark] = &[
    Benchmark {
        id: "flag",
        words: "search loop with a look at a flag / without",
        source: Source::InTurn("flag-in-turn"),
        limit: Some(1.02),
    },
    bench("raw", "RawValue get / plain load", ("raw-get", 1), ("load", 1), 1.1),
    bench("lock", "Lock, uncontended / std Mutex", ("lock", 1), ("std-mutex", 1), 1.1),
    bench("lock-4", "Lock, 4 processes / pthread robust mutex", ("lock", 4), ("pthread-robust", 4), 1.0),
    bench("queue", "Queue, an item, 2 to 2 / ArrayQueue", ("queue", 4), ("array-queue", 4), 1.0 / 0.7),
    Benchmark {
        id: "queue-pair",
        words: "Queue, an item, 1 to 1 / ArrayQueue",
        source: Source::Rows(("queue", 2), ("array-queue", 2)),
        limit: None,
    },
    bench("queue-batch", "Queue, an item in batches / ArrayQueue", ("queue-batch", 4), ("array-queue", 4), 0.5),
    bench("queue-trip", "Queue round trip, one core / futex", ("queue-trip-same", 2), ("futex-same", 2), 1.1),
    bench(
        "queue-trip-across",
        "Queue round trip, across cores / futex",
        ("queue-trip-across", 2),
        ("futex-across", 2),
        1.1,
    ),
    bench("manager", "Manager get, one core / bare socket echo", ("manager-same", 2), ("socket-same", 2), 1.1),
    bench(
        "manager-across",
        "Manager get, across cores / socket echo",
        ("manager-across", 2),
        ("socket-across", 2),
        1.1,
    ),
    Benchmark {
        id: "barrier",
        words: "Barrier of 4, one meeting / futex round trip",
        source: Source::Rows(("barrier", 4), ("futex-across", 2)),
        limit: None,
    },
];

/// A row of the price list with one of its numbers of workers.
pub fn job((id, workers): (&'static str, usize)) -> Option<(&'static Row, usize)> {
    catalogue::find(id).filter(|row| row.workers.contains(&workers)).map(|row| (row, workers))
}

/// What is kept of a run in `docs/data/bench.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Rounds.
    pub rounds: usize,
    /// Rounds in which other programs used the processors: their ratios count too, being of neighbours.
    pub busy_rounds: usize,
    /// Each benchmark's ratios, one a round in which both sides gave a sample.
    pub ratios: Vec<(String, Vec<f64>)>,
    /// Who got how much of a contended lock, and how long one waited for it.
    pub fairness: Vec<fairness::Fairness>,
}

impl Record {
    /// A benchmark's ratios.
    pub fn ratios(&self, id: &str) -> &[f64] {
        self.ratios.iter().find(|(name, _)| name == id).map_or(&[], |(_, ratios)| ratios)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benchmarks_refer_to_what_can_be_measured() {
        for (at, bench) in BENCHMARKS.iter().enumerate() {
            assert!(BENCHMARKS[..at].iter().all(|b| b.id != bench.id), "{} twice", bench.id);
            if let Source::Rows(over, under) = bench.source {
                assert!(job(over).is_some() && job(under).is_some(), "{}", bench.id);
            }
        }
    }
}
