//! `cargo xtask bench clock`: how good a model of the wall clock is the virtual one? Programs whose makespans differ, both ways.

use std::path::Path;

use anyhow::{Context, Result};
use shared::sys::hermetic::mix;

use crate::cli::Code;
use crate::cmd::Source;
use crate::labs::{FREE_WORKERS, Lab, lab3};
use crate::measured::clock::{FILE, Record, Row};
use crate::measured::keep;
use crate::prices::judge::quantile;
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::submit::{compile, reference, workspace};
use crate::timing::gate::BUSY;
use crate::timing::{model, pairs};

const SEED: u64 = 7;
/// Programs of lab 3's corpus: right ones in other shapes, and wrong ones that only cost time.
const PROGRAMS: [&str; 8] = [
    "right/chunks",
    "right/hash-order",
    "right/find-then-claim",
    "right/locked-reader",
    "wrong/lock-held-per-candidate",
    "wrong/lock-held-per-interval",
    "wrong/lock-held-whole-search",
    "wrong/locked-look",
];

/// Shows both ratios of each program to the reference, and theirs; keeps them if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(wanted: u32, record: bool) -> Result<Code> {
    let started = Started::now();
    let lab = &lab3::LAB;
    let toolkit = compile::toolkit()?;
    let reference = reference::program(lab, &toolkit)?;
    let mut rows = Vec::new();
    for name in PROGRAMS {
        eprintln!("{name} …");
        let path = workspace::root().join("xtask/corpus/lab3").join(name);
        let source = Source { path: Some(path), ..Source::default() };
        let program = source.compile(lab, &toolkit)?.with_context(|| format!("{name} does not compile"))?;
        rows.push(row(lab, name, &program.binary, &reference, wanted)?);
    }
    let provenance = started.here(&format!("cargo xtask bench clock --pairs {wanted}"));
    let done = Record { schema: SCHEMA, provenance, rows };
    print!("{}", done.table());
    println!("Each over the reference: makespans on the virtual clock, medians of pairs on this machine's processors.");
    if record {
        keep(FILE, &done)?;
    }
    Ok(Code::Pass)
}

fn row(lab: &Lab, name: &str, program: &Path, reference: &Path, wanted: u32) -> Result<Row> {
    let scenario = (lab.free)(SEED, FREE_WORKERS);
    let layout = (lab.layout)(&scenario.header);
    let modelled = model::virtual_ratio(lab, program, reference, SEED)?;
    let modelled = modelled.with_context(|| format!("{name} does not end on the virtual clock"))?;
    let (mut ratios, mut busy) = (Vec::new(), 0);
    for at in 0..wanted {
        let first = mix(SEED ^ u64::from(at) << 8) & 1 == 0;
        let pair = pairs::pair((program, &scenario), (reference, &scenario), &layout, first)?;
        let times = pair.map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
        busy += u32::from(times.foreign > BUSY);
        ratios.push(times.ratio());
    }
    let wall = quantile(&ratios, 0.5).context("at least one pair")?;
    Ok(Row { program: name.to_owned(), modelled, wall, pairs: ratios.len(), busy })
}
