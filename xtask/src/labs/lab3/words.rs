//! Lab 3's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab3::tag;

/// The fields of a `Find`, in the order of its words.
const FIELDS: [&str; 4] = ["round", "worker", "index", "value"];

/// `alerts[1].value` for word 7 of `alerts`.
pub fn word_name(array: &str, word: u64) -> String {
    format!("{array}[{}].{}", word / 4, FIELDS[(word % 4) as usize])
}

/// A computation or a report, as a student would say it.
pub fn say(op: &Op, result: u64) -> Option<String> {
    match (op.action, op.a) {
        (Action::Compute, round) => {
            let hit = if result == 1 { ": a hit" } else { "" };
            Some(format!("searches candidate {} of round {round}{hit}", op.b))
        }
        (Action::Report, tag::CLAIM) => Some(if op.b == 1 { "wins".into() } else { "is late".into() }),
        (Action::Report, tag::NO_ALERT) => Some(format!("is told: no alert in round {}", op.b)),
        (Action::Report, t) if t == tag::ALERT[1] => Some(format!("is told: an alert by w{}", op.b + 1)),
        (Action::Report, tag::NO_CLAIM) => Some("ends its search without a claim".into()),
        (Action::Report, tag::INTERVAL) => Some(format!("answers {}", op.b)),
        _ => None,
    }
}
