//! Lab 5's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab5::{question, tag};

/// There are no arrays.
pub fn word_name(array: &str, word: u64) -> String {
    format!("{array}[{word}]")
}

/// `task 3`.
pub fn item_name(_: &str, words: &[u64]) -> String {
    words.first().map_or("a task".into(), |n| format!("task {n}"))
}

/// A computation or a report, as a student would say it.
pub fn say(op: &Op, result: u64) -> Option<String> {
    match (op.action, op.a) {
        (Action::Compute, question::SOLVE) => Some(format!("solves task {}: {result}", op.b)),
        (Action::Report, tag::PART) => Some(format!("returns {}", op.b)),
        (Action::Report, tag::TOTAL) => Some(format!("ends with total = {}", op.b)),
        _ => None,
    }
}
