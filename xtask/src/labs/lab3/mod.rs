//! Lab 3, raw flag against locked flag: its table.

mod oracles;
mod scenarios;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab3::{Lab3, function};
use shared::process::Lab as _;

/// The lab.
pub const LAB: Lab = Lab {
    number: 3,
    name: "lab3",
    topic: "flag",
    title: "raw flag against locked flag",
    student_files: &["flag.rs"],
    given_files: &["main.rs", "baseline.rs"],
    baselines: &[("raw", function::BASELINE), ("locked-looks", function::LOCKED)],
    checks: CHECKS,
    layout: Lab3::layout,
    word_name: words::word_name,
    item_name: |_, _| "an item".into(),
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

const CHECKS: &[Check] = &[
    Check {
        id: "one-winner",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "`claim_locked`: exactly one claim of a round wins",
        scenarios: scenarios::one_winner,
        judge: Judge::Every(oracles::one_winner),
    },
    Check {
        id: "record-intact",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "`read_alert` beside `claim_locked`: the winner's whole record or nothing",
        scenarios: scenarios::record_intact,
        judge: Judge::Every(oracles::record_intact),
    },
    Check {
        id: "searches-all",
        kind: Kind::Explore,
        points: 5,
        needs: &[],
        asks: "`search`: without a hit, every worker searches exactly its slice",
        scenarios: scenarios::searches_all,
        judge: Judge::Every(oracles::searches_all),
    },
    Check {
        id: "stops",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "`search`: a look at least every `every` candidates, and none is searched after a look that saw the raise",
        scenarios: scenarios::stops,
        judge: Judge::Every(oracles::stops),
    },
    Check {
        id: "rounds",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "`fraud_worker`: every round gets its alert, and a find makes all others move on",
        scenarios: scenarios::rounds,
        judge: Judge::Every(oracles::rounds),
    },
    Check {
        id: "finder-killed",
        kind: Kind::Crash,
        points: 10,
        needs: &["one-winner"],
        asks: "second pass: a finder may be killed at any step, and the alarm is raised all the same",
        scenarios: scenarios::finder_killed,
        judge: Judge::Every(oracles::finder_killed),
    },
    Check {
        id: "interval-rule",
        kind: Kind::Answer,
        points: 10,
        needs: &[],
        asks: "`check_every`: a look costs at most 5 % and comes within the latency; the latency wins; at least 1",
        scenarios: scenarios::interval_rule,
        judge: Judge::Timed(oracles::interval_rule),
    },
    Check {
        id: "lock-budget",
        kind: Kind::Ledger,
        points: 10,
        needs: &["searches-all"],
        asks: "`search`: at most one lock acquisition a find and a round",
        scenarios: scenarios::lock_budget,
        judge: Judge::Timed(oracles::lock_budget),
    },
    Check {
        id: "load-budget",
        kind: Kind::Ledger,
        points: 10,
        needs: &["searches-all", "stops"],
        asks: "`search`: at most one look every `every` candidates, and one a worker",
        scenarios: scenarios::load_budget,
        judge: Judge::Timed(oracles::load_budget),
    },
    Check {
        id: "tax",
        kind: Kind::Virtual,
        points: 10,
        needs: &["searches-all"],
        asks: "`search`: looking costs at most 5 % of the time of searching without a flag",
        scenarios: scenarios::tax,
        judge: Judge::Timed(oracles::tax),
    },
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &["one-winner", "record-intact", "rounds"],
        asks: "eight rounds of real work by four free processes: the right alerts",
        scenarios: scenarios::real_run,
        judge: Judge::Free(oracles::free_run),
    },
];
