//! The benchmarks for people: each ratio with its target, and what changed since the record.

use std::fmt::Write;

use super::compare::{Change, change, median, meets};
use super::fairness::Fairness;
use super::{BENCHMARKS, Record};
use crate::prices::table::time;

/// The slowest of four workers must get at least this share of the mean.
pub const LEAST_SHARE: f64 = 0.5;

/// A line a benchmark; with a record, what changed.
pub fn render(now: &Record, recorded: Option<&Record>) -> String {
    let mut text = format!("{:<46}{:>8}{:>16}{:>9}  {}\n", "ratio", "median", "95 % interval", "target", "");
    for bench in BENCHMARKS {
        let ratios = now.ratios(bench.id);
        let Some(found) = median(ratios) else {
            let _ = writeln!(text, "{:<46}not measured: {} samples", bench.words, ratios.len());
            continue;
        };
        let range = format!("{:.2} to {:.2}", found.range.0, found.range.1);
        let target = bench.limit.map_or(String::new(), |limit| format!("<= {limit:.2}"));
        let met =
            bench.limit.and_then(|limit| meets(ratios, limit)).map_or("", |met| if met { "met" } else { "MISSED" });
        let news = recorded.map_or(String::new(), |record| news(ratios, record.ratios(bench.id)));
        let line = format!("{:<46}{:>8.3}{range:>16}{target:>9}  {met:<7}{news}", bench.words, found.middle);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    now.fairness.iter().for_each(|fairness| text += &fair(fairness));
    text
}

fn news(now: &[f64], before: &[f64]) -> String {
    let word = match change(now, before) {
        Change::Better => "better",
        Change::Worse => "WORSE",
        Change::Noise => "noise",
        Change::Unknown => return "not in the record".to_owned(),
    };
    median(before).map_or(String::new(), |before| format!("{word}, recorded {:.3}", before.middle))
}

fn fair(fairness: &Fairness) -> String {
    let met = if fairness.slowest_share >= LEAST_SHARE { "" } else { " (MISSED: at least 0.5)" };
    format!(
        "{}, {} workers: the slowest got {:.2} of the mean{met}; one in a thousand waited {}, the longest {}\n",
        fairness.row,
        fairness.workers,
        fairness.slowest_share,
        time(fairness.p999_ns),
        time(fairness.longest_ns)
    )
}

/// Whether anything became worse, as far as it can be told.
pub fn anything_worse(now: &Record, recorded: &Record) -> bool {
    BENCHMARKS.iter().any(|b| change(now.ratios(b.id), recorded.ratios(b.id)) == Change::Worse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::provenance::Provenance;

    fn record(lock: f64, count: usize) -> Record {
        let fairness = Fairness {
            row: "lock-waits".to_owned(),
            workers: 4,
            slowest_share: 0.4,
            p999_ns: 1_500.0,
            longest_ns: 4e6,
            samples: 3,
        };
        Record {
            schema: 1,
            provenance: Provenance::default(),
            rounds: count,
            busy_rounds: 0,
            ratios: vec![("lock".to_owned(), vec![lock; count])],
            fairness: vec![fairness],
        }
    }

    #[test]
    fn a_line_says_target_and_change() {
        let line = |now: f64, before: f64| {
            let text = render(&record(now, 15), Some(&record(before, 15)));
            let line = text.lines().find(|l| l.starts_with("Lock, uncontended")).expect("its line").to_owned();
            line.split_whitespace().skip(5).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line(1.0, 1.0), "1.000 1.00 to 1.00 <= 1.10 met noise, recorded 1.000");
        assert_eq!(line(1.3, 1.0), "1.300 1.30 to 1.30 <= 1.10 MISSED WORSE, recorded 1.000");
        assert_eq!(line(1.0, 1.3), "1.000 1.00 to 1.00 <= 1.10 met better, recorded 1.300");
        assert!(anything_worse(&record(1.3, 15), &record(1.0, 15)));
        assert!(!anything_worse(&record(1.3, 5), &record(1.0, 15)), "five samples tell nothing");
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let text = render(&record(1.0, 3), None);
        assert!(text.contains("not measured: 3 samples"), "{text}");
        assert!(text.contains("the slowest got 0.40 of the mean (MISSED"), "{text}");
    }
}
