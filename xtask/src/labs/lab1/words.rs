//! Lab 1's own words for steps.

use shared::baton::{Action, Op};
use shared::boards::lab1::tag;

/// `task 3` in the queue `tasks`, `the answer to task 3` in the queue `answers`: the first word of both is the task's number.
pub fn item_name(queue: &str, item: &[u64]) -> String {
    let task = item.first().copied().unwrap_or(0);
    if queue == "tasks" { format!("task {task}") } else { format!("the answer to task {task}") }
}

/// A computation or a report, as a student would say it.
pub fn say(op: &Op, _result: u64) -> Option<String> {
    match (op.action, op.a, op.b) {
        (Action::Compute, task, 0) => Some(format!("solves task {task}")),
        (Action::Report, tag::FED, 1) => Some("returns from `feed`".into()),
        (Action::Report, tag::FED, _) => Some("returns from `feed`: closed".into()),
        (Action::Report, tag::WORKED, 1) => Some("returns from `worker`".into()),
        (Action::Report, tag::WORKED, _) => Some("returns from `worker`: closed".into()),
        (Action::Report, tag::BATCH, batch) => Some(format!("answers {batch}")),
        (Action::Report, tag::COLLECTED, count) => Some(format!("has {count} right answers")),
        _ => None,
    }
}
