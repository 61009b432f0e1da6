//! Lab 1, work queue: its table.

mod oracles;
mod scenarios;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab1::{Lab1, function};
use shared::process::Lab as _;

/// The lab.
pub const LAB: Lab = Lab {
    number: 1,
    name: "lab1",
    topic: "queue",
    title: "work queue",
    student_files: &["work.rs"],
    given_files: &["main.rs", "baseline.rs"],
    baselines: &[("is-empty", function::BASELINE)],
    checks: CHECKS,
    layout: Lab1::layout,
    word_name: |array, word| format!("{array}[{word}]"),
    item_name: words::item_name,
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

pub use scenarios::rehearsal;

const CHECKS: &[Check] = &[
    Check {
        id: "exactly-once",
        kind: Kind::Explore,
        points: 20,
        needs: &[],
        asks: "`feed` puts every task in once, `worker` answers every task that it takes, and no task has two answers",
        scenarios: scenarios::exactly_once,
        judge: Judge::Every(oracles::exactly_once),
    },
    Check {
        id: "no-hang",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "`feed` and `worker` together: nobody waits for ever",
        scenarios: scenarios::no_hang,
        judge: Judge::Every(oracles::no_hang),
    },
    Check {
        id: "worker-killed",
        kind: Kind::Crash,
        points: 15,
        needs: &[],
        asks: "second pass: a worker may be killed at any step, and no task is lost; only what the dead one had leased may be answered twice",
        scenarios: scenarios::worker_killed,
        judge: Judge::Every(oracles::worker_killed),
    },
    Check {
        id: "batch-rule",
        kind: Kind::Answer,
        points: 10,
        needs: &[],
        asks: "`batch_size`: the fewest tasks for which the queue costs at most 5 %; never above tasks / (4 workers); at least 1",
        scenarios: scenarios::batch_rule,
        judge: Judge::Timed(oracles::batch_rule),
    },
    Check {
        id: "messages",
        kind: Kind::Ledger,
        points: 20,
        needs: &[],
        asks: "`feed` and `worker`: at most two steps of each kind a batch",
        scenarios: scenarios::messages,
        judge: Judge::Timed(oracles::messages),
    },
    Check {
        id: "balance",
        kind: Kind::Virtual,
        points: 10,
        needs: &[],
        asks: "`worker`: with long tasks at the beginning, all workers end at about the same time",
        scenarios: scenarios::balance,
        judge: Judge::Timed(oracles::balance),
    },
    Check {
        id: "crossover",
        kind: Kind::Virtual,
        points: 10,
        needs: &[],
        asks: "`feed` and `worker`: four workers in batches beat one without a queue, even with tasks smaller than a queue's step",
        scenarios: scenarios::crossover,
        judge: Judge::Timed(oracles::crossover),
    },
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &["exactly-once", "no-hang"],
        asks: "4000 tasks of real work by free processes: the right answer to each",
        scenarios: scenarios::real_run,
        judge: Judge::Free(oracles::free_run),
    },
];
