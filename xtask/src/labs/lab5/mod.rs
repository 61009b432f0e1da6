//! Lab 5, the coordination benchmark: its table.

mod explain;
mod oracles;
mod predictions;
mod scenarios;
mod station;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab5::{Lab5, function};
use shared::process::Lab as _;

/// The lab.
pub const LAB: Lab = Lab {
    number: 5,
    name: "lab5",
    topic: "benchmark",
    title: "what coordination costs, measured, explained and predicted",
    student_files: &["arch.rs", "explain.toml", "prediction.toml"],
    given_files: &["main.rs", "baseline.rs"],
    baselines: &[("serial", function::BASELINE)],
    checks: CHECKS,
    layout: Lab5::layout,
    word_name: words::word_name,
    item_name: words::item_name,
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

const CHECKS: &[Check] = &[
    Check {
        id: "same-answer",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "all four architectures: every task solved once, and the serial loop's answer in every interleaving",
        scenarios: scenarios::same_answer,
        judge: Judge::Every(oracles::same_answer),
    },
    Check {
        id: "early-stop",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "`quiet`: looks at `stop` at least every `every` tasks, raises it at the limit, solves nothing after seeing it",
        scenarios: scenarios::early_stop,
        judge: Judge::Every(oracles::early_stop),
    },
    Check {
        id: "uses-mechanism",
        kind: Kind::Ledger,
        points: 15,
        needs: &[],
        asks: "each architecture talks as its name says: not at all, a message a task, a lock a task; all workers work",
        scenarios: scenarios::uses_mechanism,
        judge: Judge::Timed(oracles::uses_mechanism),
    },
    Check {
        id: "quiet-tax",
        kind: Kind::Virtual,
        points: 15,
        needs: &[],
        asks: "`quiet`: takes at most 5 % longer than work without any talk",
        scenarios: scenarios::quiet_tax,
        judge: Judge::Timed(oracles::quiet_tax),
    },
    Check {
        id: "measure",
        kind: Kind::Answer,
        points: 15,
        needs: &[],
        asks: "`measure`: so many warm-ups, so many repeats, and their fastest, median and slowest",
        scenarios: scenarios::measure,
        judge: Judge::Timed(oracles::measure),
    },
    Check {
        id: "predict",
        kind: Kind::Answer,
        points: 15,
        needs: &[],
        asks: "`fit` on 1, 2 and 4 workers, `predict` for 8 and other sizes: within 10 %",
        scenarios: scenarios::predict,
        judge: Judge::Timed(oracles::predict),
    },
    Check {
        id: "explain",
        kind: Kind::Answer,
        points: 10,
        needs: &[],
        asks: "`explain.toml`: which term of the law decides, and what a change does to the time",
        scenarios: scenarios::explain,
        judge: Judge::Sheet(explain::NAME, explain::judge),
    },
    Check {
        id: "predictions",
        kind: Kind::Answer,
        points: 5,
        needs: &[],
        asks: "`prediction.toml`: a guess for each question; a wrong one costs nothing",
        scenarios: scenarios::predictions,
        judge: Judge::Sheet(predictions::NAME, predictions::judge),
    },
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &["same-answer"],
        asks: "all architectures by four free processes: the serial loop's answers",
        scenarios: scenarios::real_run,
        judge: Judge::Told(oracles::real_run),
    },
];
