//! Lab 3: workers look for hits; the first find raises a flag; the others should stop.

use std::hint::black_box;

use crate::array::RawArray;
use crate::barrier::Barrier;
use crate::baton::{Action, NO_OBJECT, Op, ask, hooked};
use crate::header::{Header, Role};
use crate::plain_struct;
use crate::process::{self, Lab};
use crate::region::{Cursor, Kind, Layout};
use crate::sys::hermetic::mix;
use crate::value::Value;

/// A hit that a worker found. An all-zero `Find` is no find: rounds start at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Find {
    /// In which round, from 1.
    pub round: u32,
    /// Who found it, from 0.
    pub worker: u32,
    /// Which candidate it is.
    pub index: u64,
    /// What stands there; see [`Board::find`].
    pub value: u64,
}
plain_struct!(Find { round, worker, index, value });

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// This worker's find is the round's alert.
    Won,
    /// Somebody else's is.
    Late,
}

/// What the workers share.
pub struct Board {
    /// The flag. It starts at 0; what its values mean is yours to choose.
    pub stop: Value<u32>,
    /// One record a round, `alerts.get(round)`.
    pub alerts: RawArray<Find>,
    /// One record a round and worker, at [`Board::draft`]: room to write before anybody looks.
    pub drafts: RawArray<Find>,
    /// All workers can meet here.
    pub gate: Barrier,
    size: Size,
    seed: u64,
}

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Workers that search.
    pub workers: u64,
    /// Rounds, numbered from 1.
    pub rounds: u64,
    /// Candidates a round.
    pub items: u64,
    /// Free running: loops of work a candidate.
    pub work: u64,
    /// Free running: the candidate that hits is drawn from `items * (hit_from / 1000)` on; 1000: no candidate hits.
    pub hit_from: u64,
}

impl Size {
    /// Reads the sizes from a header.
    pub fn of(header: &Header) -> Size {
        let [workers, rounds, items, work, hit_from, ..] = header.params;
        Size { workers, rounds, items, work, hit_from }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        params[..5].copy_from_slice(&[self.workers, self.rounds, self.items, self.work, self.hit_from]);
        params
    }
}

impl Board {
    /// The candidates that worker `me` searches in a round: `me`, `me + workers`, `me + 2 * workers` …
    pub fn slice(&self, _round: u32, me: u32) -> impl Iterator<Item = u64> + use<> {
        (u64::from(me)..self.size.items).step_by(self.size.workers as usize)
    }

    /// Looks whether candidate `n` is a hit. This is the expensive part; everything else is coordination.
    pub fn is_hit(&self, round: u32, n: u64) -> bool {
        let op = Op { action: Action::Compute, object: NO_OBJECT, a: u64::from(round), b: n };
        let mut work = || u64::from(self.search_freely(round, n));
        (if hooked() { ask(op, &mut work) } else { work() }) == 1
    }

    fn search_freely(&self, round: u32, n: u64) -> bool {
        let mut x = n | 1;
        for _ in 0..self.size.work {
            x = black_box(mix(x));
        }
        Some(n) == free_hit(&self.size, self.seed, round)
    }

    /// The record of a hit: who, where, and the value that stands there.
    pub fn find(&self, round: u32, me: u32, n: u64) -> Find {
        Find { round, worker: me, index: n, value: value_of(self.seed, round, n) }
    }

    /// Where in `drafts` a worker's record of a round has its place.
    pub fn draft(&self, round: u32, worker: u32) -> usize {
        round as usize * self.size.workers as usize + worker as usize
    }

    /// How many workers search.
    pub fn workers(&self) -> u32 {
        self.size.workers as u32
    }
}

/// The value that stands at a candidate: known only to who looks.
pub fn value_of(seed: u64, round: u32, n: u64) -> u64 {
    mix(seed ^ mix(u64::from(round) << 40 ^ n)) | 1
}

/// Free running, the one candidate of a round that hits; late in the round, so that there is something to search.
pub fn free_hit(size: &Size, seed: u64, round: u32) -> Option<u64> {
    let from = size.items * size.hit_from / 1000;
    (from < size.items).then(|| from + mix(seed ^ u64::from(round)) % (size.items - from))
}

/// A set of functions that a lab3 binary brings: the student's, or a baseline's.
pub struct Functions {
    /// Claims a find for its round.
    pub claim: fn(&Board, Find) -> Claim,
    /// Reads a round's alert while others may be writing.
    pub read_alert: fn(&Board, u32) -> Option<Find>,
    /// Searches one worker's slice of one round.
    pub search: fn(&Board, u32, u32, u64) -> Option<Claim>,
    /// Searches all rounds, as one of several workers.
    pub fraud_worker: fn(&Board, u32, u32, u64),
    /// How often to look at the flag.
    pub check_every: fn(u64, u64, u64) -> u64,
}

/// The binary: the student's functions and the given baselines.
pub struct Lab3 {
    /// From `flag.rs`.
    pub student: Functions,
    /// From `baseline.rs`: with raw looks, with looks that take the lock.
    pub baselines: [Functions; 2],
}

/// Numbers of the functions, as roles name them; [`BASELINE`] or [`LOCKED`] is added for a baseline's.
pub mod function {
    /// Nothing: the worker ends at once.
    pub const IDLE: u64 = 0;
    /// `claim`; arguments: round, candidate.
    pub const CLAIM: u64 = 1;
    /// `read_alert`; arguments: round, times.
    pub const READ_ALERT: u64 = 2;
    /// `read_alert` of rounds `1..=rounds` once the workers in a bit set have ended; arguments: bit set, rounds.
    pub const READ_AT_END: u64 = 3;
    /// `search`; arguments: round, every.
    pub const SEARCH: u64 = 4;
    /// `fraud_worker`; arguments: rounds, every.
    pub const FRAUD_WORKER: u64 = 5;
    /// `check_every`; arguments: iteration, check, latency.
    pub const CHECK_EVERY: u64 = 6;
    /// Added to a number: the baseline's function of that kind.
    pub const BASELINE: u64 = 100;
    /// Added to a number: the function of the baseline whose looks take the lock.
    pub const LOCKED: u64 = 200;
}

/// Tags of the reports.
pub mod tag {
    /// A claim was won: 1, or was late: 0.
    pub const CLAIM: u64 = 1;
    /// `read_alert` gave nothing, for this round.
    pub const NO_ALERT: u64 = 2;
    /// `read_alert` gave a find: round, worker, index and value follow in this order, each under the next tag.
    pub const ALERT: [u64; 4] = [3, 4, 5, 6];
    /// A search ended without a claim.
    pub const NO_CLAIM: u64 = 7;
    /// An interval.
    pub const INTERVAL: u64 = 8;
    /// The round that `read_alert` was asked for; comes before its answer.
    pub const ASKED: u64 = 9;
}

impl Lab for Lab3 {
    type Board = Board;
    const NUMBER: u64 = 3;

    fn layout(header: &Header) -> Layout {
        let size = Size::of(header);
        let mut layout = Layout::default();
        layout.value("stop");
        layout.array::<Find>("alerts", size.rounds as usize + 1);
        layout.array::<Find>("drafts", (size.rounds as usize + 1) * size.workers as usize);
        layout.add("gate", Kind::Barrier { parties: size.workers as usize });
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        Board {
            stop: Value::take(cursor),
            alerts: RawArray::take(cursor),
            drafts: RawArray::take(cursor),
            gate: Barrier::take(cursor),
            size: Size::of(header),
            seed: header.seed,
        }
    }

    fn run(&self, b: &Board, me: u32, role: &Role) {
        let (number, functions) = match role.function {
            n if n >= function::LOCKED => (n - function::LOCKED, &self.baselines[1]),
            n if n >= function::BASELINE => (n - function::BASELINE, &self.baselines[0]),
            n => (n, &self.student),
        };
        let [first, second, third, ..] = role.args;
        match number {
            function::IDLE => {}
            function::CLAIM => report_claim(Some((functions.claim)(b, b.find(first as u32, me, second)))),
            function::READ_ALERT => (0..second).for_each(|_| report_alert(functions, b, first as u32)),
            function::READ_AT_END => {
                process::await_exit(first);
                (1..=second as u32).for_each(|round| report_alert(functions, b, round));
            }
            function::SEARCH => report_claim((functions.search)(b, first as u32, me, second)),
            function::FRAUD_WORKER => (functions.fraud_worker)(b, me, first as u32, second),
            function::CHECK_EVERY => process::report(tag::INTERVAL, (functions.check_every)(first, second, third)),
            other => panic!("lab3 has no function {other}"),
        }
    }
}

fn report_claim(claim: Option<Claim>) {
    match claim {
        Some(claim) => process::report(tag::CLAIM, u64::from(claim == Claim::Won)),
        None => process::report(tag::NO_CLAIM, 0),
    }
}

fn report_alert(functions: &Functions, b: &Board, round: u32) {
    process::report(tag::ASKED, u64::from(round));
    match (functions.read_alert)(b, round) {
        None => process::report(tag::NO_ALERT, u64::from(round)),
        Some(find) => {
            let words = [u64::from(find.round), u64::from(find.worker), find.index, find.value];
            for (tag, word) in tag::ALERT.into_iter().zip(words) {
                process::report(tag, word);
            }
        }
    }
}
