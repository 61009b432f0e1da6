//! `cargo xtask bench verdicts`: how often the timing verdict is wrong, and how often other methods would be.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use shared::boards::lab3::Size;
use shared::sys::hermetic::mix;

use crate::cli::Code;
use crate::cmd::Source;
use crate::labs::{FREE_WORKERS, Scenario, lab3};
use crate::report::{data, provenance};
use crate::submit::{compile, pricelab, reference, workspace};
use crate::timing::gate::BUSY;
use crate::timing::pairs::{self, Times};
use crate::timing::verdicts::recorded::{self, Kept, Recording, SCHEMA, Series};
use crate::timing::verdicts::{LOADS, PROGRAMS, Program, Rates, rates, synthetic, table};

/// Runs of the quiet series that may be thrown away for each one kept, because the machine was not quiet.
const PATIENCE: u32 = 500;
const SEED: u64 = 7;

/// What `docs/data/verdicts.json` holds.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    command: String,
    verdicts: u32,
    recorded: &'a [Rates],
    synthetic: &'a [Rates],
}

/// Replays, after recording that many pairs a program and load if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(verdicts: u32, record: Option<u32>) -> Result<Code> {
    let file = data::file("pairs.json");
    if let Some(pairs) = record {
        data::write(&file, &by_line(&record_all(pairs)?)?)?;
    }
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("{}; `cargo xtask bench verdicts --record` makes it", file.display()))?;
    let recording = Recording::parse(&text).with_context(|| file.display().to_string())?;
    let usual_ns = recording.usual_us * 1_000;
    let from_runs = all(verdicts, usual_ns, |load, program, seed| recording.series(load, program, seed));
    let invented = all(verdicts, synthetic::REFERENCE_NS as u64, synthetic::series);
    println!("{} verdicts each. Recorded on {}\n", verdicts, recording.provenance.line());
    for (title, rates) in [("Recorded pairs", &from_runs), ("Invented pairs, heavy tails", &invented)] {
        println!("{title}: all methods\n\n{}", table::of_methods(rates));
        println!("{title}: the vote, program by program\n\n{}", table::of_the_vote(rates));
    }
    println!("{}", table::legend());
    let command = format!("cargo xtask bench verdicts --verdicts {verdicts}");
    let document = Document { schema: SCHEMA, command, verdicts, recorded: &from_runs, synthetic: &invented };
    data::write(&data::file("verdicts.json"), &by_line(&document)?)?;
    Ok(Code::Pass)
}

fn all<'a>(
    verdicts: u32,
    usual_ns: u64,
    series: impl Fn(&str, Program, u64) -> Box<dyn FnMut() -> Times + 'a>,
) -> Vec<Rates> {
    let one = |(load, program)| rates(load, program, verdicts, usual_ns, &mut |seed| series(load, program, seed));
    LOADS.iter().flat_map(|load| PROGRAMS.map(|program| (*load, program))).flat_map(one).collect()
}

/// Runs every program beside every load, in random order.
fn record_all(pairs: u32) -> Result<Recording> {
    let set = Programs::build()?;
    let lab = pricelab::program()?;
    let mut series = Vec::new();
    for load in LOADS {
        let _hogs = hogs(&lab, load)?;
        let mut order = PROGRAMS.to_vec();
        order.sort_by_key(|p| mix(p.name.bytes().chain(load.bytes()).fold(SEED, |h, b| mix(h ^ u64::from(b)))));
        for program in order {
            eprintln!("{load}: {} …", program.name);
            let pairs = set.series(program, load, pairs)?;
            series.push(Series { load: load.to_owned(), program: program.name.to_owned(), pairs });
        }
    }
    let quiet = series.iter().filter(|s| s.load == "quiet").flat_map(|s| s.pairs.iter().map(|kept| kept.1));
    let mut references: Vec<u64> = quiet.collect();
    references.sort_unstable();
    let command = format!("cargo xtask bench verdicts --record --pairs {pairs}");
    let usual_us = references[references.len() / 2];
    Ok(Recording { schema: SCHEMA, provenance: provenance::here(&command), usual_us, series })
}

/// What spins beside a load's runs; it ends when dropped.
///
/// # Errors
/// When it cannot be started.
pub fn hogs(lab: &Path, load: &str) -> Result<Vec<pricelab::Hog>> {
    let kinds: &[&str] = match load {
        "one hog" => &["hog"],
        "two hogs" => &["hog", "hog"],
        "bursts" => &["bursts"],
        _ => &[],
    };
    kinds.iter().map(|kind| pricelab::Hog::start(lab, kind)).collect()
}

/// The programs of the tables, as binaries and scenarios.
pub struct Programs {
    /// The solution.
    pub reference: PathBuf,
    /// It holds its lock for the whole search.
    pub serialised: compile::Program,
}

impl Programs {
    /// Builds them.
    ///
    /// # Errors
    /// Only when something of ours fails.
    pub fn build() -> Result<Programs> {
        let toolkit = compile::toolkit()?;
        let path = workspace::root().join("xtask/corpus/lab3/wrong/lock-held-whole-search");
        let source = Source { path: Some(path), ..Source::default() };
        let serialised = source.compile(&lab3::LAB, &toolkit)?.context("the corpus does not compile")?;
        Ok(Programs { reference: reference::program(&lab3::LAB, &toolkit)?, serialised })
    }

    fn series(&self, program: Program, load: &str, wanted: u32) -> Result<Vec<Kept>> {
        let usual = (lab3::LAB.free)(SEED, FREE_WORKERS);
        let own = if program.serialised { usual.clone() } else { scaled(&usual, program.ratio) };
        let binary = if program.serialised { &self.serialised.binary } else { &self.reference };
        let layout = (lab3::LAB.layout)(&usual.header);
        let mut kept = Vec::new();
        for at in 0..wanted * PATIENCE {
            let first = mix(SEED ^ u64::from(at) << 8) & 1 == 0;
            let pair = pairs::pair((binary, &own), (&self.reference, &usual), &layout, first)?;
            let times = pair.map_err(|why| anyhow::anyhow!("program {} beside {load}: {why}", program.name))?;
            // A quiet series is of quiet pairs: whatever else this machine was doing is another load.
            if load != "quiet" || times.foreign <= BUSY {
                kept.push(recorded::kept(&times));
            }
            if kept.len() == wanted as usize {
                return Ok(kept);
            }
        }
        anyhow::bail!("only {} of {wanted} pairs were quiet: other programs use this machine", kept.len())
    }
}

/// The scenario with so many times the work a candidate.
pub fn scaled(usual: &Scenario, ratio: f64) -> Scenario {
    let mut scenario = usual.clone();
    let size = Size::of(&usual.header);
    scenario.header.params = Size { work: (size.work as f64 * ratio).round() as u64, ..size }.params();
    scenario
}

/// JSON with a line for each load and program, so that a difference between two records can be read.
fn by_line(document: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(document)?.replace("{\"load\"", "\n{\"load\""))
}
