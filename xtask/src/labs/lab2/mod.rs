//! Lab 2, poison pill: its table.

mod oracles;
mod scenarios;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab2::{Lab2, function};
use shared::process::Lab as _;

/// The lab.
pub const LAB: Lab = Lab {
    number: 2,
    name: "lab2",
    topic: "pill",
    title: "poison pill",
    student_files: &["pill.rs"],
    given_files: &["main.rs", "baseline.rs"],
    baselines: &[("flag", function::FLAG), ("kill", function::KILL)],
    checks: CHECKS,
    layout: Lab2::layout,
    word_name: words::word_name,
    item_name: words::item_name,
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

const CHECKS: &[Check] = &[
    Check {
        id: "exactly-once",
        kind: Kind::Explore,
        points: 20,
        needs: &[],
        asks: "`worker`, then `producer`, then all: every task is done, once, and its answer recorded",
        scenarios: scenarios::exactly_once,
        judge: Judge::EveryEnding(oracles::exactly_once),
    },
    Check {
        id: "all-exit",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "everybody goes home: a pill for each worker, and each takes only its own",
        scenarios: scenarios::all_exit,
        judge: Judge::Every(oracles::all_exit),
    },
    Check {
        id: "pill-count",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "no pill too many: none is sent twice, put back or left unacknowledged",
        scenarios: scenarios::pill_count,
        judge: Judge::EveryEnding(oracles::pill_count),
    },
    Check {
        id: "worker-killed",
        kind: Kind::Crash,
        points: 15,
        needs: &[],
        asks: "second pass: a worker may be killed at any step, and every task is done all the same",
        scenarios: scenarios::worker_killed,
        judge: Judge::EveryEnding(oracles::worker_killed),
    },
    Check {
        id: "idle",
        kind: Kind::Ledger,
        points: 20,
        needs: &[],
        asks: "`worker`: at most one look at the inbox while it stays empty",
        scenarios: scenarios::idle,
        judge: Judge::TimedEnding(oracles::idle),
    },
    Check {
        id: "latency",
        kind: Kind::Virtual,
        points: 20,
        needs: &[],
        asks: "`supervisor`: eight idle workers are all home within the time of eight wake-ups",
        scenarios: scenarios::latency,
        judge: Judge::TimedEnding(oracles::latency),
    },
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &["exactly-once", "all-exit", "pill-count"],
        asks: "240 tasks of real work by four free workers: all answers, an empty inbox",
        scenarios: scenarios::real_run,
        judge: Judge::Free(oracles::free_run),
    },
];
