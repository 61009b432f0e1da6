//! What a check spends its time on, and what other settings for the student's crate would change.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::prices::judge::quantile;
use crate::report::provenance::Provenance;

/// The file of a check's parts in `docs/data`.
pub const FILE: &str = "latency.json";
/// The file of the settings.
pub const PROFILES_FILE: &str = "profiles.json";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Checks a lab.
    pub rounds: u32,
    /// What was taken apart, or tried.
    pub columns: Vec<String>,
    /// One a lab.
    pub rows: Vec<Row>,
}

/// A lab's medians.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The lab.
    pub lab: String,
    /// One a column.
    pub costs: Vec<Cost>,
    /// Of each round's sum; not the sum of the medians.
    pub sum: Option<Cost>,
}

/// Milliseconds on the clock, and of processors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// On the clock.
    pub wall: f64,
    /// Of processors, all processes together.
    pub cpu: f64,
}

impl Row {
    /// The medians of some rounds.
    ///
    /// # Errors
    /// When there was no round.
    pub fn of(lab: &str, rounds: &[Vec<Cost>], with_sum: bool) -> Result<Row> {
        let median = |of: &dyn Fn(&[Cost]) -> Cost| -> Result<Cost> {
            let part = |of_cost: fn(&Cost) -> f64| {
                let values: Vec<f64> = rounds.iter().map(|round| of_cost(&of(round))).collect();
                quantile(&values, 0.5).context("at least one round")
            };
            Ok(Cost { wall: part(|c| c.wall)?, cpu: part(|c| c.cpu)? })
        };
        let sum =
            |round: &[Cost]| Cost { wall: round.iter().map(|c| c.wall).sum(), cpu: round.iter().map(|c| c.cpu).sum() };
        let count = rounds.first().map_or(0, Vec::len);
        Ok(Row {
            lab: lab.to_owned(),
            costs: (0..count).map(|at| median(&|round| round[at])).collect::<Result<_>>()?,
            sum: if with_sum { Some(median(&sum)?) } else { None },
        })
    }
}

impl Record {
    /// For people: a line a lab, each cell milliseconds on the clock / of processors.
    pub fn table(&self) -> String {
        let sum = self.rows.iter().any(|row| row.sum.is_some()).then(|| "sum".to_owned());
        let mut rows = vec![[vec!["lab".to_owned()], self.columns.clone(), sum.into_iter().collect()].concat()];
        let cell = |cost: &Cost| format!("{:.0}/{:.0}", cost.wall, cost.cpu);
        rows.extend(self.rows.iter().map(|row| {
            let costs = row.costs.iter().chain(&row.sum).map(cell);
            [vec![row.lab.clone()], costs.collect()].concat()
        }));
        columns(&rows, 1, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_median_of_each_part_and_that_of_the_sums() {
        let round = |wall: f64| vec![Cost { wall, cpu: 1.0 }, Cost { wall: 2.0 * wall, cpu: 2.0 }];
        let row = Row::of("lab3", &[round(1.0), round(3.0), round(100.0)], true).expect("three rounds");
        let columns = vec!["types".to_owned(), "code".to_owned()];
        let rows = vec![row];
        let record = Record { schema: 1, provenance: Provenance::default(), rounds: 3, columns, rows };
        assert_eq!(record.table(), "lab   types  code  sum\nlab3    3/1   6/2  9/3\n");
        assert_eq!(Row::of("lab3", &[round(1.0)], false).expect("a round").sum, None);
    }
}
