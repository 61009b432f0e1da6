//! Lab 4, a dict that one process keeps for all: its table.

mod oracles;
mod scenarios;
mod sheet;
mod words;

use super::{Check, Judge, Kind, Lab};
use shared::boards::lab4::{Lab4, function};
use shared::process::Lab as _;

/// The lab.
pub const LAB: Lab = Lab {
    number: 4,
    name: "lab4",
    topic: "manager",
    title: "a dict that one process keeps for all",
    student_files: &["manager.rs", "answers.toml"],
    given_files: &["main.rs", "baseline.rs"],
    baselines: &[("get-set", function::GET_SET), ("chatty", function::CHATTY)],
    checks: CHECKS,
    layout: Lab4::layout,
    word_name: words::word_name,
    item_name: |_, _| "an item".into(),
    say: words::say,
    free: scenarios::free,
    bench: scenarios::bench,
};

const CHECKS: &[Check] = &[
    Check {
        id: "no-lost-update",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "`count_words` beside others: every word is counted exactly once, or an error says that nobody knows",
        scenarios: scenarios::no_lost_update,
        judge: Judge::Every(oracles::no_lost_update),
    },
    Check {
        id: "linearizable",
        kind: Kind::Explore,
        points: 15,
        needs: &[],
        asks: "`apply`, `serve`, `call`: every answer is that of one dict that does one request after the other",
        scenarios: scenarios::linearizable,
        judge: Judge::Every(oracles::linearizable),
    },
    Check {
        id: "bad-frames",
        kind: Kind::Explore,
        points: 10,
        needs: &[],
        asks: "`parse_header` and `serve`: a bad frame gets an answer that says why, and the other clients notice nothing",
        scenarios: scenarios::bad_frames,
        judge: Judge::Every(oracles::bad_frames),
    },
    Check {
        id: "client-killed",
        kind: Kind::Crash,
        points: 10,
        needs: &[],
        asks: "`serve`: a client that stops in the middle of a frame, never reads, or is killed keeps nobody waiting",
        scenarios: scenarios::client_killed,
        judge: Judge::Every(oracles::client_killed),
    },
    Check {
        id: "server-killed",
        kind: Kind::Crash,
        points: 10,
        needs: &[],
        asks: "`call`: a server that is killed, silent or slow is an error, in time",
        scenarios: scenarios::server_killed,
        judge: Judge::Every(oracles::server_killed),
    },
    Check {
        id: "round-trips",
        kind: Kind::Ledger,
        points: 15,
        needs: &[],
        asks: "`count_words`: frames at least half full, and one more",
        scenarios: scenarios::round_trips,
        judge: Judge::Timed(oracles::round_trips),
    },
    Check {
        id: "rtt",
        kind: Kind::Virtual,
        points: 10,
        needs: &[],
        asks: "`call` and `serve`: a call takes one round trip",
        scenarios: scenarios::rtt,
        judge: Judge::Timed(oracles::rtt),
    },
    Check {
        id: "answers",
        kind: Kind::Answer,
        points: 15,
        needs: &[],
        asks: "`answers.toml`: which mechanism for which access pattern",
        scenarios: scenarios::answers,
        judge: Judge::Sheet("answers.toml", sheet::answers),
    },
    Check {
        id: "real-run",
        kind: Kind::Real,
        points: 0,
        needs: &["no-lost-update", "linearizable"],
        asks: "four free clients count words over real sockets: the right counts",
        scenarios: scenarios::real_run,
        judge: Judge::Free(oracles::real_run),
    },
];
