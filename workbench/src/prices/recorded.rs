//! A recorded price list, read back.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::judge::{Placement, Price, Prices};
use super::{catalogue, claims, table};
use crate::report::provenance::Provenance;

#[derive(Deserialize)]
struct Document {
    provenance: Provenance,
    prices: Vec<Recorded>,
    rounds: usize,
    busy_rounds: usize,
    all_busy: bool,
    missed: Vec<(String, usize, String)>,
}

#[derive(Deserialize)]
struct Recorded {
    row: String,
    workers: usize,
    ns: f64,
    low: f64,
    high: f64,
    near: Option<f64>,
    far: Option<f64>,
    to_floor: Option<f64>,
    python_to_this: Option<f64>,
    samples: Vec<(f64, Placement)>,
}

/// The price list as people read it: the machine, the table, what the lecture claims.
pub fn text(whose: &Provenance, prices: &Prices) -> String {
    format!("{}\n\n{}\n{}", whose.line(), table::render(prices), claims::render(prices))
}

/// Reads the document that `cargo xtask prices --json` printed.
///
/// # Errors
/// When it is no such document, or names a row that is not in the catalogue.
pub fn read(text: &str) -> Result<(Provenance, Prices)> {
    let document: Document = serde_json::from_str(text).context("this is no price list")?;
    let id = |row: &str| {
        let found = catalogue::find(row).map(|r| r.id);
        found.with_context(|| format!("no row `{row}` in the catalogue: record the prices anew"))
    };
    let price = |r: Recorded| {
        Ok(Price {
            row: id(&r.row)?,
            workers: r.workers,
            ns: r.ns,
            low: r.low,
            high: r.high,
            near: r.near,
            far: r.far,
            to_floor: r.to_floor,
            python_to_this: r.python_to_this,
            samples: r.samples,
        })
    };
    let prices = Prices {
        prices: document.prices.into_iter().map(price).collect::<Result<_>>()?,
        rounds: document.rounds,
        busy_rounds: document.busy_rounds,
        all_busy: document.all_busy,
        missed: document.missed.into_iter().map(|(row, n, why)| Ok((id(&row)?, n, why))).collect::<Result<_>>()?,
    };
    Ok((document.provenance, prices))
}
