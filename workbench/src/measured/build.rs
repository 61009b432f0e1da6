//! What the first builds cost that somebody waits for.

use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "build.json";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// One a build.
    pub rows: Vec<Row>,
}

/// A build from nothing, or beside what was built before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// What is built.
    pub name: String,
    /// Seconds on the clock.
    pub seconds: f64,
    /// Seconds of processor time, cargo and compilers together.
    pub cpu: f64,
    /// Who waits for it.
    pub who: String,
}

impl Record {
    /// A build by its name.
    pub fn find(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// For people: a line a build.
    pub fn table(&self) -> String {
        let mut rows = vec![["", "seconds", "CPU", "who waits"].map(str::to_owned).to_vec()];
        rows.extend(self.rows.iter().map(|row| {
            vec![row.name.clone(), format!("{:.1}", row.seconds), format!("{:.1}", row.cpu), row.who.clone()]
        }));
        columns(&rows, 1, true)
    }
}
