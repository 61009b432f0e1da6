//! Recorded pairs: real runs of lab 3 beside real load, kept in `docs/data/pairs.json` and drawn again in blocks.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::{LOADS, PROGRAMS, Pairs, Program};
use crate::report::provenance::Provenance;
use crate::timing::pairs::Times;
use crate::timing::simulate::Random;
use crate::timing::vote::Run;

/// The version of the file's shape.
pub const SCHEMA: u32 = 2;
/// Pairs that are drawn together: what disturbs a pair often disturbs the next.
const BLOCK: usize = 6;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recording {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Where, by what and with which command it was made.
    pub provenance: Provenance,
    /// The reference's median time on the quiet machine, microseconds.
    pub usual_us: u64,
    /// One a load and program.
    pub series: Vec<Series>,
}

/// Pairs of one program beside one load, in the order in which they were run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Series {
    /// One of [`LOADS`].
    pub load: String,
    /// A name from [`PROGRAMS`].
    pub program: String,
    /// In the order of their runs.
    pub pairs: Vec<Kept>,
}

/// A pair as the file keeps it: microseconds of the program and of the reference, hundredths of processors that each kept
/// busy, hundredths that others used; `None` where that could not be told.
pub type Kept = (u64, u64, u32, u32, Option<u32>);

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// When it is no recording, or lacks a load or a program.
    pub fn parse(text: &str) -> Result<Recording> {
        let recording: Recording = serde_json::from_str(text).context("no recording of pairs")?;
        ensure!(recording.schema == SCHEMA, "schema {}, not {SCHEMA}", recording.schema);
        for load in LOADS {
            for program in PROGRAMS {
                recording.find(load, program)?;
            }
        }
        Ok(recording)
    }

    fn find(&self, load: &str, program: Program) -> Result<&Series> {
        let found = self.series.iter().find(|s| s.load == load && s.program == program.name);
        let found = found.filter(|s| s.pairs.len() >= BLOCK);
        found.with_context(|| format!("fewer than {BLOCK} pairs of program {} beside {load}", program.name))
    }

    /// A series drawn from the recorded one, in blocks of neighbours.
    ///
    /// # Panics
    /// For a load or program that [`Recording::parse`] does not know.
    pub fn series(&self, load: &str, program: Program, seed: u64) -> Box<Pairs<'_>> {
        let pairs = &self.find(load, program).expect("a parsed recording has every load and program").pairs;
        let mut random = Random::new(seed);
        let (mut at, mut left) = (0, 0);
        Box::new(move || {
            if left == 0 {
                (at, left) = ((random.uniform() * pairs.len() as f64) as usize, BLOCK);
            }
            let kept = pairs[at % pairs.len()];
            (at, left) = (at + 1, left - 1);
            times(kept)
        })
    }
}

/// A pair as the file keeps it.
pub fn kept(times: &Times) -> Kept {
    let hundredths = |cores: f64| (cores * 100.0).round() as u32;
    let foreign = times.foreign.is_finite().then(|| hundredths(times.foreign));
    let us = |run: Run| run.wall_ns / 1_000;
    let (student, reference) = (times.student, times.reference);
    (us(student), us(reference), hundredths(student.cores), hundredths(reference.cores), foreign)
}

fn times((student, reference, student_cores, reference_cores, foreign): Kept) -> Times {
    let run = |us: u64, hundredths: u32| Run { wall_ns: us * 1_000, cores: f64::from(hundredths) / 100.0 };
    Times {
        student: run(student, student_cores),
        reference: run(reference, reference_cores),
        foreign: foreign.map_or(f64::INFINITY, |hundredths| f64::from(hundredths) / 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        let pairs: Vec<_> = (0..10).map(|n| (n, 100, 200, 200, Some(7))).collect();
        let series = LOADS.iter().flat_map(|load| PROGRAMS.map(|p| (load, p))).map(|(load, program)| Series {
            load: (*load).to_owned(),
            program: program.name.to_owned(),
            pairs: pairs.clone(),
        });
        let provenance = Provenance::default();
        Recording { schema: SCHEMA, provenance, usual_us: 100, series: series.collect() }
    }

    #[test]
    fn pairs_are_drawn_in_blocks_of_neighbours() {
        let recording = recording();
        let mut next = recording.series("quiet", PROGRAMS[0], 3);
        let drawn: Vec<u64> = (0..4 * BLOCK).map(|_| next().student.wall_ns / 1_000).collect();
        for block in drawn.chunks(BLOCK) {
            assert!(block.windows(2).all(|two| two[1] == (two[0] + 1) % 10), "{drawn:?}");
        }
        assert!(drawn.chunks(BLOCK).any(|block| block[0] != drawn[0]), "blocks start anywhere: {drawn:?}");
    }

    #[test]
    fn a_recording_that_lacks_a_program_is_refused() {
        let mut recording = recording();
        let text = serde_json::to_string(&recording).expect("plain data");
        assert!(Recording::parse(&text).is_ok());
        recording.series.pop();
        let text = serde_json::to_string(&recording).expect("plain data");
        let error = Recording::parse(&text).expect_err("a series is missing").to_string();
        assert!(error.contains("serialised beside bursts"), "{error}");
        assert!(Recording::parse("{}").is_err());
    }

    #[test]
    fn what_could_not_be_told_stays_untold() {
        let run = |wall_ns, cores| Run { wall_ns, cores };
        let told = Times { student: run(5_400, 1.0), reference: run(4_000, 1.987), foreign: 0.314 };
        let untold = Times { foreign: f64::INFINITY, ..told };
        assert_eq!(kept(&untold), (5, 4, 100, 199, None));
        assert_eq!(kept(&told), (5, 4, 100, 199, Some(31)));
        assert_eq!(times(kept(&untold)).foreign, f64::INFINITY);
        assert_eq!(times(kept(&told)), Times { student: run(5_000, 1.0), reference: run(4_000, 1.99), foreign: 0.31 });
    }
}
