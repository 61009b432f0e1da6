//! Chapter 0's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab0::tag;

/// There are no arrays here.
pub fn word_name(array: &str, word: u64) -> String {
    format!("{array}[{word}]")
}

/// A computation or a report, as a student would say it.
pub fn say(op: &Op, result: u64) -> Option<String> {
    match (op.action, op.a) {
        (Action::Compute, _) => Some(format!("counts batch {}: {result} found", op.b + 1)),
        (Action::Report, tag::TOTAL) => Some(format!("finds total = {}", op.b)),
        _ => None,
    }
}
