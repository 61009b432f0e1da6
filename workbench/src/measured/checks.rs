//! What the checks that explore cost: of the solutions, and of the submissions of the corpus that cost most.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "checks.json";
/// What one check may cost: user and system, grader and workers together. A student waits for it, a class pays for it.
pub const LIMIT: Duration = Duration::from_secs(2);
/// The program whose checks must all be complete within the limit.
pub const SOLUTION: &str = "the solution";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Whether the corpus was measured, too.
    pub corpus: bool,
    /// One a check and program.
    pub rows: Vec<Row>,
}

/// One check of one program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The lab.
    pub lab: String,
    /// The check.
    pub check: String,
    /// [`SOLUTION`], or a folder of the lab's corpus.
    pub program: String,
    /// Executions.
    pub executions: u64,
    /// Whether all there is to explore was explored: a search ends at its first finding.
    pub complete: bool,
    /// Seconds of processor time.
    pub cpu: f64,
    /// Seconds on the clock.
    pub wall: f64,
}

impl Row {
    /// What is wrong with it; empty: nothing.
    pub fn remark(&self) -> &'static str {
        match (self.complete, self.cpu <= LIMIT.as_secs_f64()) {
            (false, _) => "INCOMPLETE",
            (true, false) => "TOO MUCH",
            (true, true) => "",
        }
    }
}

impl Record {
    fn solutions(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.program == SOLUTION)
    }

    /// The solutions in a clause.
    pub fn of_solutions(&self) -> String {
        let (count, most) = (self.solutions().count(), self.solutions().map(|row| row.cpu).fold(0.0, f64::max));
        let complete = match self.solutions().filter(|row| !row.complete).count() {
            0 => "all complete".to_owned(),
            open => format!("{open} NOT complete"),
        };
        format!("{count} checks explore, {complete}, the longest in {most:.2} s of processor time")
    }

    /// The checks of the corpus that are not complete, or above the limit.
    pub fn above(&self) -> String {
        if !self.corpus {
            return "The corpus was not measured: `--corpus` is missing.\n".to_owned();
        }
        let bad: Vec<&Row> =
            self.rows.iter().filter(|row| row.program != SOLUTION && !row.remark().is_empty()).collect();
        if bad.is_empty() { "None.\n".to_owned() } else { table(&bad) }
    }

    /// For people: a line a check and program.
    pub fn table(&self) -> String {
        table(&self.rows.iter().collect::<Vec<_>>())
    }
}

fn table(all: &[&Row]) -> String {
    let head = ["lab", "check", "program", "executions", "CPU s", "wall s", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|row| {
        let mut cells = vec![row.lab.clone(), row.check.clone(), row.program.clone(), row.executions.to_string()];
        cells.extend([format!("{:.2}", row.cpu), format!("{:.2}", row.wall), row.remark().to_owned()]);
        cells
    }));
    columns(&rows, 3, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(program: &str, complete: bool, cpu: f64) -> Row {
        let (lab, check) = ("lab3".to_owned(), "one-winner".to_owned());
        Row { lab, check, program: program.to_owned(), executions: 66, complete, cpu, wall: cpu }
    }

    #[test]
    fn what_is_incomplete_or_too_dear_is_shown() {
        let rows = vec![row(SOLUTION, true, 0.15), row("wrong/quick", true, 0.1), row("wrong/polls", false, 8.0)];
        let mut record = Record { schema: 1, provenance: Provenance::default(), corpus: true, rows };
        assert_eq!(record.of_solutions(), "1 checks explore, all complete, the longest in 0.15 s of processor time");
        let above = record.above();
        assert!(above.contains("wrong/polls") && above.contains("INCOMPLETE") && !above.contains("quick"), "{above}");
        record.rows[2] = row("wrong/polls", true, 2.5);
        assert!(record.above().contains("TOO MUCH"));
        record.rows.truncate(2);
        assert_eq!(record.above(), "None.\n");
        record.corpus = false;
        assert!(record.above().contains("not measured"));
    }
}
