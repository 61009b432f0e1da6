//! The reduction against plain enumeration.

use serde::{Deserialize, Serialize};

use super::columns::columns;
use super::thousands;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "soundness.json";

/// The name of the programs that draw from all operations.
pub const GENERAL: &str = "general";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The general programs, then each family.
    pub rows: Vec<Row>,
}

/// Programs of one kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    /// [`GENERAL`], or the family's name.
    pub name: String,
    /// Random programs that were explored both ways.
    pub compared: u64,
    /// Those whose outcomes differ.
    pub different: u64,
    /// Programs left out: plain enumeration would take too many schedules.
    pub too_large: u64,
    /// Executions of plain enumeration.
    pub plain: u64,
    /// Executions of the reduced search.
    pub reduced: u64,
}

impl Row {
    fn counts(&self) -> [u64; 5] {
        [self.compared, self.different, self.too_large, self.plain, self.reduced]
    }
}

impl Record {
    fn totals(&self) -> [u64; 5] {
        std::array::from_fn(|at| self.rows.iter().map(|row| row.counts()[at]).sum())
    }

    /// For people: a line a row, then all together.
    pub fn table(&self) -> String {
        let line = |name: &str, counts: [u64; 5]| {
            let counts = counts.into_iter().map(thousands);
            std::iter::once(name.to_owned()).chain(counts).collect::<Vec<_>>()
        };
        let head = ["programs", "compared", "different", "too large", "executions: plain", "reduced"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(self.rows.iter().map(|row| line(&row.name, row.counts())));
        rows.push(line("all", self.totals()));
        columns(&rows, 1, false)
    }

    /// A count by its name in a chapter: of all rows together, or how many families there are.
    pub fn count(&self, name: &str) -> Option<u64> {
        let [compared, different, too_large, plain, reduced] = self.totals();
        Some(match name {
            "families" => self.rows.iter().filter(|row| row.name != GENERAL).count() as u64,
            "compared" => compared,
            "different" => different,
            "too-large" => too_large,
            "plain" => plain,
            "reduced" => reduced,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_up() {
        let row = |name: &str, compared, plain| Row { name: name.into(), compared, plain, ..Row::default() };
        let rows = vec![row(GENERAL, 1_000, 9_000), row("locks", 100, 500)];
        let record = Record { schema: 1, provenance: Provenance::default(), rows };
        assert_eq!(
            ["families", "compared", "different", "plain", "no count"].map(|name| record.count(name)),
            [Some(1), Some(1_100), Some(0), Some(9_500), None]
        );
        let table = record.table();
        let last: Vec<&str> = table.lines().last().expect("a line of totals").split_whitespace().collect();
        assert_eq!(last, ["all", "1,100", "0", "0", "9,500", "0"]);
    }
}
