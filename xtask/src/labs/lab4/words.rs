//! Lab 4's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab4::script::{fault, tag, unpack, word};

/// There are no arrays.
pub fn word_name(array: &str, word: u64) -> String {
    format!("{array}[{word}]")
}

/// A report, as a student would say it.
pub fn say(op: &Op, _result: u64) -> Option<String> {
    if op.action != Action::Report {
        return None;
    }
    let value = op.b;
    Some(match op.a {
        tag::CALL => format!("calls {}", unpack(value).map_or("?".into(), |r| r.to_string())),
        tag::COUNT if value == 1 => "counts 1 word".into(),
        tag::COUNT => format!("counts {value} words"),
        tag::DONE => "is told: done".into(),
        tag::NUMBER => format!("is told: {}", value as i64),
        tag::MISSING => "is told: missing".into(),
        tag::REFUSED => format!("is told: refused ({})", fault(value)),
        tag::TIMEOUT => "gives up: the deadline has passed".into(),
        tag::GONE => "gives up: the server is gone".into(),
        tag::FAULT => format!("refuses a header: {}", fault(value)),
        tag::MANY => format!("was answered {value} times in order"),
        t if t >= tag::ENTRY => format!("ends with {} = {}", word((t - tag::ENTRY) as usize), value as i64),
        _ => return None,
    })
}
