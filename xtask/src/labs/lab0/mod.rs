//! Chapter 0, the lost update: its table. It is there to be watched failing, so one check has all the points.

mod oracles;
mod scenarios;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab0::Lab0;
use shared::process::Lab as _;

/// The chapter, as a lab.
pub const LAB: Lab = Lab {
    number: 0,
    name: "lab0",
    topic: "counter",
    title: "the lost update, and why testing is not enough",
    student_files: &["counter.rs"],
    given_files: &["main.rs"],
    baselines: &[],
    checks: CHECKS,
    layout: Lab0::layout,
    word_name: words::word_name,
    item_name: |_, _| "an item".into(),
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

const CHECKS: &[Check] = &[
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &[],
        asks: "one free run of four processes: the total of what they found",
        scenarios: scenarios::real_run,
        judge: Judge::Free(oracles::free_run),
    },
    Check {
        id: "no-lost-update",
        kind: Kind::Explore,
        points: 100,
        needs: &[],
        asks: "`add`: in every interleaving the total is the sum of what was added",
        scenarios: scenarios::no_lost_update,
        judge: Judge::Every(oracles::no_lost_update),
    },
];
