//! `cargo xtask bench wall`: the wall clock's stage of `check` itself, again and again beside real load.
//!
//! `bench verdicts` draws from recorded pairs; this runs every stage from its first pair to its verdict.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::verdicts::{Programs, hogs, scaled};
use crate::cli::Code;
use crate::labs::{FREE_WORKERS, Lab, Scenario, lab3};
use crate::prices::judge::quantile;
use crate::report::provenance::{self, Provenance};
use crate::report::result::{Wall, WallOutcome};
use crate::report::{data, result};
use crate::submit::{compile, pricelab, reference};
use crate::timing::pairs;
use crate::timing::verdicts::LOADS;

const SEED: u64 = 7;
/// The row that must never be called slower; the others must never be confirmed.
const SOLUTION: &str = "solution";

/// What `docs/data/wall.json` holds.
#[derive(Serialize)]
struct Document {
    schema: u32,
    provenance: Provenance,
    stages: u32,
    rows: Vec<Row>,
}

/// Many stages about one program beside one load.
#[derive(Serialize)]
struct Row {
    lab: &'static str,
    load: &'static str,
    program: &'static str,
    confirmed: u32,
    slower: u32,
    inconclusive: u32,
    /// Median and longest stage, milliseconds.
    median_ms: u64,
    longest_ms: u64,
    /// Median of the stages' median ratios; 0 when no pair counted.
    ratio: f64,
}

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
            rows.push(row(lab, load, race, (&own, &usual), stages)?);
        }
    }
    println!("{}", table(&rows, stages));
    let wrong = rows.iter().map(wrong).sum::<u32>();
    println!("{wrong} wrong verdicts in {} stages.", stages * rows.len() as u32);
    if record {
        let provenance = provenance::here(&format!("cargo xtask bench wall {} --stages {stages}", lab.name));
        let document = Document { schema: result::SCHEMA, provenance, stages, rows };
        data::write(&data::file("wall.json"), &serde_json::to_string_pretty(&document)?)?;
    }
    Ok(if wrong == 0 { Code::Pass } else { Code::Fail })
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
        lab: lab.name,
        load,
        program: race.program,
        confirmed: count(WallOutcome::Confirmed),
        slower: count(WallOutcome::Slower),
        inconclusive: count(WallOutcome::Inconclusive) + count(WallOutcome::NotAsked),
        median_ms: quantile(&ms, 0.5).unwrap_or(0.0) as u64,
        longest_ms: quantile(&ms, 1.0).unwrap_or(0.0) as u64,
        ratio: quantile(&ratios, 0.5).unwrap_or(0.0),
    })
}

/// Verdicts of a row that are wrong; no verdict is not wrong.
fn wrong(row: &Row) -> u32 {
    if row.program == SOLUTION { row.slower } else { row.confirmed }
}

fn table(rows: &[Row], stages: u32) -> String {
    let mut text = format!("{stages} stages each; confirmed / slower / no verdict; seconds: median, longest\n\n");
    for row in rows {
        text += &format!(
            "{:<6}{:<10}{:<22}{:>5} /{:>4} /{:>4}{:>8.2} s{:>7.2} s   ratio {:.2}\n",
            row.lab,
            row.load,
            row.program,
            row.confirmed,
            row.slower,
            row.inconclusive,
            row.median_ms as f64 / 1e3,
            row.longest_ms as f64 / 1e3,
            row.ratio
        );
    }
    text
}
