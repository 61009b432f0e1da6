//! What is often said about these prices, beside what this machine says.

use std::fmt::Write;

use super::judge::Prices;
use super::table::time;

/// A sentence with a number in it.
struct Claim {
    /// What is said.
    says: &'static str,
    /// What that means, in nanoseconds: from, to.
    range: (f64, f64),
    /// The rows that show it: id, workers, in which words.
    shown_by: &'static [(&'static str, usize, &'static str)],
    /// What remains of it.
    remains: &'static str,
}

const CLAIMS: &[Claim] = &[
    Claim {
        says: "an access to a Manager's dict takes 1 to 5 ms",
        range: (1e6, 5e6),
        shown_by: &[("py-manager-get", 1, "one client"), ("py-manager-get", 4, "four clients")],
        remains: "Still by far the dearest way to share: do not ask a manager in a loop.",
    },
    Claim {
        says: "reading a Value is a memory access: nanoseconds",
        range: (0.1, 10.0),
        shown_by: &[
            ("py-value-get", 1, "Python's .value"),
            ("py-raw-get", 1, "Python's RawValue"),
            ("value-get", 1, "Value::get here"),
            ("raw-get", 1, "RawValue::get here"),
        ],
        remains: "`.value` takes the lock each time; only a raw value is a memory access.",
    },
    Claim {
        says: "a write under the lock takes microseconds",
        range: (1e3, 10e3),
        shown_by: &[
            ("py-value-add", 1, "Python, alone"),
            ("py-value-add", 4, "Python, four workers"),
            ("value-add", 1, "here, alone"),
            ("value-add", 4, "here, four workers"),
        ],
        remains: "A lock is cheap until somebody else wants it.",
    },
    Claim {
        says: "four million lock operations a second are the limit",
        range: (200.0, 300.0),
        shown_by: &[("py-lock", 1, "Python's Lock"), ("lock", 1, "Lock here"), ("lock", 4, "Lock here, four workers")],
        remains: "The lock is not what costs: what costs is that everybody waits while it is held.",
    },
];

/// Each claim with what was measured; those of which nothing was measured are left out.
pub fn render(prices: &Prices) -> String {
    let mut text = String::new();
    for claim in CLAIMS {
        let found = claim.shown_by.iter().filter_map(|(row, workers, who)| Some((prices.find(row, *workers)?.ns, who)));
        let lines: Vec<String> =
            found.map(|(ns, who)| format!("    {who}: {}, {}\n", time(ns), verdict(ns, claim.range))).collect();
        if !lines.is_empty() {
            let _ = write!(text, "  \"{}\"\n{}    {}\n", claim.says, lines.concat(), claim.remains);
        }
    }
    if text.is_empty() { text } else { format!("What is often said, and what this machine says:\n{text}") }
}

/// A measured time against a claimed range.
fn verdict(ns: f64, (from, to): (f64, f64)) -> String {
    let times = |ratio: f64| if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") };
    match ns {
        cheap if cheap < from => format!("{} times less", times(from / cheap)),
        dear if dear > to => format!("{} times more", times(dear / to)),
        _ => "as said".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::catalogue::find;
    use crate::prices::judge::judge;
    use crate::prices::observe::{Observed, Sample};

    #[test]
    fn claims_refer_to_what_is_measured() {
        for (row, workers, _) in CLAIMS.iter().flat_map(|c| c.shown_by) {
            assert!(find(row).is_some_and(|r| r.workers.contains(workers)), "{row} with {workers}");
        }
    }

    #[test]
    fn a_claim_is_held_against_its_range() {
        assert_eq!(verdict(16e3, (1e6, 5e6)), "62 times less");
        assert_eq!(verdict(97.0, (0.1, 10.0)), "9.7 times more");
        assert_eq!(verdict(2e3, (1e3, 10e3)), "as said");
    }

    #[test]
    fn only_what_was_measured_is_shown() {
        let sample = Sample { row: "lock", workers: 1, round: 0, spans: vec![(0, 1_000, 100)], probes: (50, 50) };
        let prices = judge(Observed { samples: vec![sample], missed: Vec::new(), foreign: vec![0.0] });
        let text = render(&prices);
        assert!(text.contains("Lock here: 10.0 ns, 20 times less"), "{text}");
        assert!(!text.contains("Manager") && !text.contains("Python"), "{text}");
    }
}
