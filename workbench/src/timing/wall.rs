//! Whole stages of the wall clock, run again and again beside real load: the record in `docs/data/wall.json` and its table.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::report::provenance::Provenance;

/// The program that must never be called slower; the others must never be confirmed.
pub const SOLUTION: &str = "solution";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the file's shape.
    pub schema: u32,
    /// Where, by what and with which command it was made.
    pub provenance: Provenance,
    /// One a load and program.
    pub rows: Vec<Row>,
}

/// Many stages about one program beside one load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The lab.
    pub lab: String,
    /// What ran beside it.
    pub load: String,
    /// Who raced against the solution.
    pub program: String,
    /// Stages that confirmed it.
    pub confirmed: u32,
    /// Stages that called it slower.
    pub slower: u32,
    /// Stages that gave no verdict.
    pub inconclusive: u32,
    /// The median stage, milliseconds.
    pub median_ms: u64,
    /// The longest stage, milliseconds.
    pub longest_ms: u64,
    /// Median of the stages' median ratios; 0 when no pair counted.
    pub ratio: f64,
}

impl Row {
    /// Verdicts that are wrong; no verdict is not wrong.
    pub fn wrong(&self) -> u32 {
        if self.program == SOLUTION { self.slower } else { self.confirmed }
    }
}

impl Record {
    /// All wrong verdicts.
    pub fn wrong(&self) -> u32 {
        self.rows.iter().map(Row::wrong).sum()
    }

    /// For people: a line a row.
    pub fn table(&self) -> String {
        let head = ["lab", "beside", "program", "confirmed", "slower", "none", "median", "longest", "ratio"];
        let mut text = line(&head.map(str::to_owned));
        for row in &self.rows {
            let seconds = |ms: u64| format!("{:.2} s", ms as f64 / 1e3);
            text += &line(&[
                row.lab.clone(),
                row.load.clone(),
                row.program.clone(),
                row.confirmed.to_string(),
                row.slower.to_string(),
                row.inconclusive.to_string(),
                seconds(row.median_ms),
                seconds(row.longest_ms),
                // Without a pair that counted there is no ratio.
                if row.ratio > 0.0 { format!("{:.2}", row.ratio) } else { "-".to_owned() },
            ]);
        }
        let stages: u32 = self.rows.iter().map(|row| row.confirmed + row.slower + row.inconclusive).sum();
        let _ = writeln!(text, "{} wrong verdicts in {stages} stages.", self.wrong());
        text
    }
}

fn line([lab, load, program, rest @ ..]: &[String; 9]) -> String {
    let mut text = format!("{lab:<6}{load:<10}{program:<22}");
    for (cell, width) in rest.iter().zip([11, 8, 6, 9, 9, 7]) {
        let _ = write!(text, "{cell:>width$}");
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(program: &str, confirmed: u32, slower: u32, ratio: f64) -> Row {
        Row {
            lab: "lab3".to_owned(),
            load: "quiet".to_owned(),
            program: program.to_owned(),
            confirmed,
            slower,
            inconclusive: 10 - confirmed - slower,
            median_ms: 1_234,
            longest_ms: 2_000,
            ratio,
        }
    }

    #[test]
    fn what_is_wrong_depends_on_the_program() {
        assert_eq!(row(SOLUTION, 9, 1, 1.0).wrong(), 1);
        assert_eq!(row("works under its lock", 2, 3, 1.9).wrong(), 2);
    }

    #[test]
    fn the_table_counts_wrong_verdicts() {
        let rows = vec![row(SOLUTION, 9, 1, 1.0), row("twice the work", 0, 0, 0.0)];
        let table = Record { schema: 1, provenance: Provenance::default(), rows }.table();
        let lines: Vec<Vec<&str>> = table.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["lab3", "quiet", "solution", "9", "1", "0", "1.23", "s", "2.00", "s", "1.00"]);
        assert_eq!(lines[2].last(), Some(&"-"));
        assert_eq!(lines[3].join(" "), "1 wrong verdicts in 20 stages.");
    }
}
