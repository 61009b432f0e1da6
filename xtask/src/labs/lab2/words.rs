//! Lab 2's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab2::{function, tag};

/// `answers[1].proof` for word 3 of `answers`.
pub fn word_name(array: &str, word: u64) -> String {
    format!("{array}[{}].{}", word / 2, ["answer", "proof"][(word % 2) as usize])
}

/// `task 3`, or `a pill`.
pub fn item_name(_: &str, words: &[u64]) -> String {
    match words {
        [1, id, ..] => format!("task {id}"),
        _ => "a pill".into(),
    }
}

/// A computation or a report, as a student would say it.
pub fn say(op: &Op, _: u64) -> Option<String> {
    match (op.action, op.a) {
        (Action::Compute, id) => Some(format!("solves task {id}")),
        (Action::Report, tag::ROLE) => role(op.b),
        (Action::Report, tag::LEFT) if op.b == 0 => Some("finds that it is a pill".into()),
        (Action::Report, tag::LEFT) => Some(format!("finds that it is task {}", op.b - 1)),
        (Action::Report, tag::GAVE_UP) => Some("gives up".into()),
        _ => None,
    }
}

fn role(word: u64) -> Option<String> {
    let (number, which) = (word & 0xffff_ffff, word >> 32);
    Some(match number {
        function::PRODUCER => format!("is producer {which}"),
        function::SUPERVISOR => "is the supervisor".into(),
        function::FEED | function::PACED => "is given: it puts messages".into(),
        function::DRAIN => "is given: it looks at what is left".into(),
        _ => return None,
    })
}
