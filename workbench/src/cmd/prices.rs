//! `cargo xtask prices`: what one operation of every mechanism costs on this machine.

use anyhow::{Result, bail};
use serde::Serialize;

use crate::cli::Code;
use crate::cli::workbench::Prices as Options;
use crate::prices::catalogue::{Family, ROWS, Row};
use crate::prices::judge::{Prices, judge};
use crate::prices::{ladder, observe, recorded};
use crate::report::provenance::{self, Provenance};
use crate::report::{data, result};
use crate::submit::{pricelab, workspace};
use crate::timing::gate;

/// The JSON document.
#[derive(Serialize)]
struct Document<'p> {
    schema: u32,
    provenance: Provenance,
    python: Option<String>,
    #[serde(flatten)]
    prices: &'p Prices,
}

/// Measures, judges, shows.
///
/// # Errors
/// Only when something of ours fails, or a tool is missing.
pub fn run(options: &Options) -> Result<Code> {
    if gate::usable_cpus() < 2.0 {
        bail!("prices are of processes that run at the same time: this needs two processors");
    }
    let python = options.python.then(observe::python_version).flatten();
    if options.python && python.is_none() {
        bail!("--python needs python3, and `python3 --version` fails here; without --python the rest is measured");
    }
    let lab = pricelab::program()?;
    let rows: Vec<&'static Row> = ROWS.iter().filter(|row| python.is_some() || row.family != Family::Python).collect();
    eprintln!("measuring {} mechanisms in {} rounds, in random order …", rows.len(), options.rounds);
    let mut progress = |round| eprintln!("round {round} of {}", options.rounds);
    let jobs = rows.iter().flat_map(|row| row.workers.iter().map(|workers| (*row, *workers))).collect();
    let prices = judge(observe::all(&lab, jobs, options.rounds as usize, &mut progress)?);
    let command =
        format!("cargo xtask prices{} --rounds {}", if options.python { " --python" } else { "" }, options.rounds);
    let document = Document { schema: result::SCHEMA, provenance: provenance::here(&command), python, prices: &prices };
    show(options, &document)?;
    Ok(Code::Pass)
}

fn show(options: &Options, document: &Document) -> Result<()> {
    let prices = document.prices;
    let text = recorded::text(&document.provenance, prices);
    let json = serde_json::to_string_pretty(document)?;
    if options.json {
        eprintln!("{text}");
        println!("{json}");
    } else {
        println!("{text}");
    }
    let picture = ladder::svg(prices, &format!("What one operation costs on {}", document.provenance.line()));
    let Some(picture) = picture else { return Ok(()) };
    data::write(&workspace::labs_folder("prices")?.join("ladder.svg"), &picture)?;
    // Table and drawing are rendered from the record, as everything in the book is.
    if options.record { data::write(&data::file("prices.json"), &serde_json::to_string(document)?) } else { Ok(()) }
}
