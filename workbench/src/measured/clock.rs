//! The virtual clock beside the wall clock, for programs whose speeds differ.

use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "clock.json";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// One a program.
    pub rows: Vec<Row>,
}

/// A program, both ways over the reference.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Its folder in the lab's corpus.
    pub program: String,
    /// Makespan over the reference's, on the virtual clock.
    pub modelled: f64,
    /// Median of the pairs' ratios on the wall clock.
    pub wall: f64,
    /// Pairs.
    pub pairs: usize,
    /// Pairs during which other programs used the processors.
    pub busy: u32,
}

impl Record {
    /// For people: a line a program.
    pub fn table(&self) -> String {
        let mut rows =
            vec![["program", "virtual", "wall", "wall/virtual", "pairs", "busy"].map(str::to_owned).to_vec()];
        rows.extend(self.rows.iter().map(|row| {
            let ratio = |value: f64| format!("{value:.2}");
            let ratios = [row.modelled, row.wall, row.wall / row.modelled].map(ratio);
            let mut cells = vec![row.program.clone()];
            cells.extend(ratios);
            cells.extend([row.pairs.to_string(), row.busy.to_string()]);
            cells
        }));
        columns(&rows, 1, false)
    }
}
