//! Executions a second of the explorer, and what each costs in processor time.

use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "explorer.json";

/// Workers rewound.
pub const REWOUND: &str = "rewound";
/// Workers forked anew.
pub const FORKED: &str = "forked";
/// One killed in every execution.
pub const KILLED: &str = "killed";
/// Rewound, beside a program that spins on the same processor.
pub const HOG: &str = "beside a hog";

/// Workers of the scenario that the aims are about.
const AIMED: u32 = 2;
/// Executions a second that were aimed at, rewound and killed.
const AIMS: [(&str, f64); 2] = [(REWOUND, 15_000.0), (KILLED, 5_000.0)];
/// Beside a hog: the least share of the rate rewound.
const HOG_SHARE: f64 = 1.0 / 3.0;

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Milliseconds that each row was measured.
    pub span_ms: u64,
    /// One a scenario and way.
    pub rows: Vec<Row>,
}

/// One way with so many workers. What is not a rate is a mean over the executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The scenario.
    pub scenario: String,
    /// Its workers.
    pub workers: u32,
    /// One of the ways above.
    pub way: String,
    /// Executions a second.
    pub per_second: f64,
    /// Microseconds of processor time, user and system, grader and workers together.
    pub cpu_us: f64,
    /// Steps.
    pub steps: f64,
    /// Hand-overs to a worker and back.
    pub turns: f64,
    /// Workers forked.
    pub forks: f64,
}

impl Record {
    fn rate(&self, way: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.workers == AIMED && row.way == way).map(|row| row.per_second)
    }

    /// What was aimed at, and whether it is reached; of a way that was not measured, nothing.
    fn aims(&self) -> Vec<String> {
        let word = |met: bool| if met { "met" } else { "MISSED" };
        let mut all = Vec::new();
        for (way, aim) in AIMS {
            all.extend(self.rate(way).map(|rate| format!("{way} {aim:.0} a second: {}", word(rate >= aim))));
        }
        if let (Some(hog), Some(alone)) = (self.rate(HOG), self.rate(REWOUND)) {
            all.push(format!("{HOG} a third of {REWOUND}: {}", word(hog >= alone * HOG_SHARE)));
        }
        all
    }

    /// For people: a line a row, then the aims.
    pub fn table(&self) -> String {
        let head = ["scenario", "way", "executions/s", "CPU us each", "steps", "turns", "forks"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(self.rows.iter().map(|row| {
            let mut cells = vec![format!("{} x {}", row.scenario, row.workers), row.way.clone()];
            cells.extend([format!("{:.0}", row.per_second), format!("{:.1}", row.cpu_us)]);
            cells.extend([format!("{:.1}", row.steps), format!("{:.1}", row.turns), format!("{:.2}", row.forks)]);
            cells
        }));
        let aims = self.aims();
        let aims =
            if aims.is_empty() { String::new() } else { format!("aims, {AIMED} workers: {}\n", aims.join("; ")) };
        columns(&rows, 2, false) + &aims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aims_are_judged_by_the_rates() {
        let row = |way: &str, per_second: f64| Row {
            scenario: "s".into(),
            workers: AIMED,
            way: way.into(),
            per_second,
            cpu_us: 50.0,
            steps: 20.0,
            turns: 5.0,
            forks: 0.0,
        };
        let rows = vec![row(REWOUND, 21_000.0), row(KILLED, 4_999.0), row(HOG, 6_999.0)];
        let mut record = Record { schema: 1, provenance: Provenance::default(), span_ms: 1, rows };
        let says = record.table();
        assert!(says.contains("rewound 15000 a second: met; killed 5000 a second: MISSED"), "{says}");
        assert!(says.contains("beside a hog a third of rewound: MISSED"), "{says}");
        record.rows.clear();
        assert!(!record.table().contains("aims"), "nothing was measured");
    }
}
