//! `cargo xtask bench wall`: the wall clock's stage of `check` itself, again and again beside real load.
//!
//! `bench verdicts` draws from recorded pairs; this runs every stage from its first pair to its verdict.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::verdicts::{Programs, hogs, scaled};
use crate::cli::Code;
use crate::labs::{FREE_WORKERS, Lab, Scenario, lab3};
use crate::prices::judge::quantile;
use crate::report::result::{self, Wall, WallOutcome};
use crate::report::{data, provenance};
use crate::submit::{compile, pricelab, reference};
use crate::timing::pairs;
use crate::timing::verdicts::LOADS;
use crate::timing::wall::{Record, Row, SOLUTION};

const SEED: u64 = 7;
/// A slow program races in one of so many of the stages.
const SLOW_SHARE: u32 = 3;

/// Who races against the solution, and with which work.
struct Race<'p> {
    program: &'static str,
    binary: &'p Path,
    scenario: Scenario,
}

/// Holds `stages` stages of the lab's solution against itself beside each load; for lab 3 also of a program with twice the
/// work and of one that works under its lock. Fails when one of them was judged wrongly.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, stages: u32, record: bool) -> Result<Code> {
    let hog = pricelab::program()?;
    let own = reference::program(lab, &compile::toolkit()?)?;
    let usual = (lab.free)(SEED, FREE_WORKERS);
    let slow = if lab.name == lab3::LAB.name { Some(Programs::build()?) } else { None };
    let mut races = vec![Race { program: SOLUTION, binary: &own, scenario: usual.clone() }];
    if let Some(slow) = &slow {
        races.push(Race { program: "twice the work", binary: &own, scenario: scaled(&usual, 2.0) });
        races.push(Race { program: "works under its lock", binary: &slow.serialised.binary, scenario: usual.clone() });
    }
    let mut rows = Vec::new();
    for load in LOADS {
        let _hogs = hogs(&hog, load)?;
        for race in &races {
            eprintln!("{load}: {} …", race.program);
            // Who may be accused wrongly is asked most: slow programs take longer, and a verdict about them is no grade.
            let stages = if race.program == SOLUTION { stages } else { stages.div_ceil(SLOW_SHARE) };
            rows.push(row(lab, load, race, (&own, &usual), stages)?);
        }
    }
    let provenance = provenance::here(&format!("cargo xtask bench wall {} --stages {stages}", lab.name));
    let done = Record { schema: result::SCHEMA, provenance, rows };
    println!("{}", done.table());
    if record {
        data::write(&data::file("wall.json"), &serde_json::to_string_pretty(&done)?)?;
    }
    Ok(if done.wrong() == 0 { Code::Pass } else { Code::Fail })
}

fn row(lab: &Lab, load: &'static str, race: &Race, reference: (&Path, &Scenario), stages: u32) -> Result<Row> {
    let layout = (lab.layout)(&reference.1.header);
    let student = (race.binary, &race.scenario);
    let mut walls: Vec<(Wall, Duration)> = Vec::new();
    for stage in 0..stages {
        let started = Instant::now();
        walls.push((pairs::race(student, reference, &layout, SEED ^ u64::from(stage) << 32)?, started.elapsed()));
    }
    let count = |outcome| walls.iter().filter(|(wall, _)| wall.outcome == outcome).count() as u32;
    let ms: Vec<f64> = walls.iter().map(|(_, took)| took.as_secs_f64() * 1e3).collect();
    let ratios: Vec<f64> = walls.iter().map(|(wall, _)| wall.ratio).filter(|ratio| *ratio > 0.0).collect();
    Ok(Row {
        lab: lab.name.to_owned(),
        load: load.to_owned(),
        program: race.program.to_owned(),
        confirmed: count(WallOutcome::Confirmed),
        slower: count(WallOutcome::Slower),
        inconclusive: count(WallOutcome::Inconclusive) + count(WallOutcome::NotAsked),
        median_ms: quantile(&ms, 0.5).unwrap_or(0.0) as u64,
        longest_ms: quantile(&ms, 1.0).unwrap_or(0.0) as u64,
        ratio: quantile(&ratios, 0.5).unwrap_or(0.0),
    })
}
