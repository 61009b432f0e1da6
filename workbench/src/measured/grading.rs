//! What grading a class costs, and what a large class would cost.

use serde::{Deserialize, Serialize};

use super::columns::columns;
use crate::prices::judge::quantile;
use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "grading.json";
/// Processor seconds that a submission may cost without the compiler: judging, and everything of the grader's own.
pub const MOST_JUDGING: f64 = 2.0;
/// Processor seconds that compiling a submission may cost, the median.
pub const MOST_COMPILING: f64 = 1.2;

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The lab.
    pub lab: String,
    /// The level of the jail.
    pub level: String,
    /// Processor milliseconds of the compiler, one a submission.
    pub build_ms: Vec<u64>,
    /// Processor milliseconds of the judge and the submission's processes, one a submission.
    pub judge_ms: Vec<u64>,
    /// Processor seconds of all together, the grader's own part included.
    pub cpu: f64,
    /// Seconds until the class was graded again, with every result known: what starting costs.
    pub again: f64,
    /// Bytes of all results.
    pub result_bytes: u64,
    /// Pictures of failed checks.
    pub pictures: u64,
    /// Bytes of all pictures.
    pub picture_bytes: u64,
}

/// Seconds of one part of the work, over the submissions.
struct Part {
    mean: f64,
    median: f64,
    most: f64,
}

fn part(ms: &[u64]) -> Part {
    let seconds: Vec<f64> = ms.iter().map(|ms| *ms as f64 / 1e3).collect();
    let at = |share| quantile(&seconds, share).unwrap_or(0.0);
    Part { mean: seconds.iter().sum::<f64>() / seconds.len().max(1) as f64, median: at(0.5), most: at(1.0) }
}

impl Record {
    /// Processor seconds a submission, all together.
    pub fn each(&self) -> f64 {
        self.cpu / self.build_ms.len().max(1) as f64
    }

    /// Processor seconds a submission without the compiler.
    fn ours(&self) -> f64 {
        self.each() - part(&self.build_ms).mean
    }

    /// Processor hours that so many submissions take.
    pub fn hours(&self, submissions: u64) -> f64 {
        self.each() * submissions as f64 / 3600.0
    }

    /// Whether it stays below [`MOST_JUDGING`] and [`MOST_COMPILING`].
    pub fn within(&self) -> bool {
        self.ours() <= MOST_JUDGING && part(&self.build_ms).median <= MOST_COMPILING
    }

    /// Kilobytes of a result, and of a picture.
    pub fn kilobytes(&self) -> (f64, f64) {
        let each = |bytes: u64, count: usize| bytes as f64 / 1e3 / count.max(1) as f64;
        (each(self.result_bytes, self.build_ms.len()), each(self.picture_bytes, self.pictures as usize))
    }

    /// For people: a line a part of the work, seconds of processor time.
    pub fn table(&self) -> String {
        let mut rows = vec![["processor seconds", "mean", "median", "most", "at most"].map(str::to_owned).to_vec()];
        let mut row = |name: &str, part: &Part, limit: &str| {
            let cell = |seconds: f64| format!("{seconds:.2}");
            rows.push(vec![name.to_owned(), cell(part.mean), cell(part.median), cell(part.most), limit.to_owned()]);
        };
        row("compiling", &part(&self.build_ms), &format!("median {MOST_COMPILING:.1}"));
        row("judging: every interleaving, kills, clocks", &part(&self.judge_ms), "");
        for (name, mean, limit) in [
            ("all but the compiler, with the grader's own part", self.ours(), format!("{MOST_JUDGING:.1}")),
            ("all", self.each(), String::new()),
        ] {
            rows.push(vec![name.to_owned(), format!("{mean:.2}"), String::new(), String::new(), limit]);
        }
        columns(&rows, 1, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            schema: 1,
            provenance: Provenance::default(),
            lab: "lab3".to_owned(),
            level: "L2".to_owned(),
            build_ms: vec![300, 400, 500],
            judge_ms: vec![100, 200, 1_200],
            cpu: 3.0,
            again: 1.0,
            result_bytes: 15_000,
            pictures: 2,
            picture_bytes: 20_000,
        }
    }

    #[test]
    fn a_large_class_costs_what_the_small_one_cost_each() {
        let record = record();
        assert_eq!(record.hours(3_600), 3_600.0 / 3_600.0);
        assert_eq!(record.kilobytes(), (5.0, 10.0));
        let table = record.table();
        let line = |begin: &str| table.lines().find(|line| line.starts_with(begin)).expect("its line").to_owned();
        assert!(line("compiling").contains("0.40    0.40  0.50"), "{table}");
        assert!(line("all but").contains("0.60"), "{table}");
    }

    #[test]
    fn what_costs_too_much_is_noticed() {
        assert!(record().within());
        assert!(!Record { cpu: 9.0, ..record() }.within(), "2.6 s each without the compiler");
        assert!(!Record { build_ms: vec![1_300; 3], cpu: 4.0, ..record() }.within());
    }
}
