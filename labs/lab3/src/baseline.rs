//! Given, complete, and wrong: the flag is read, and later written, and nobody holds anything in between.
//!
//! Run it a thousand times and nothing happens. `cargo xtask run lab3 --baseline raw` shows the schedule that breaks it.

use shared::boards::lab3::{Board, Claim, Find, Functions};

/// The baseline as the toolkit calls it.
pub const RAW: Functions = Functions {
    claim: claim_raw,
    read_alert: read_raw,
    search: search_raw,
    fraud_worker: fraud_raw,
    check_every: every_raw,
};

/// The same, but every look at the flag takes the lock: as wrong as before, because its claim is, and slower.
pub const LOCKED_LOOKS: Functions = Functions { search: search_locked_looks, fraud_worker: fraud_locked_looks, ..RAW };

/// Reads the flag, then decides, then writes: three moments, and the others go on in between.
pub fn claim_raw(b: &Board, find: Find) -> Claim {
    if b.stop.raw().get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    b.stop.raw().set(find.round);
    Claim::Won
}

/// Trusts the flag for more than it says.
pub fn read_raw(b: &Board, round: u32) -> Option<Find> {
    (b.stop.raw().get() >= round).then(|| b.alerts.get(round as usize))
}

/// Looks at the flag every `every` candidates.
pub fn search_raw(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    search_with(b, round, me, every, || b.stop.raw().get())
}

/// The same with `stop.get()`, which takes the lock.
pub fn search_locked_looks(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    search_with(b, round, me, every, || b.stop.get())
}

fn search_with(b: &Board, round: u32, me: u32, every: u64, look: impl Fn() -> u32) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && look() >= round {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_raw(b, b.find(round, me, n)));
        }
    }
    None
}

/// One round after the other; all workers meet at the end of each.
pub fn fraud_raw(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search_raw(b, round, me, every);
        b.gate.wait();
    }
}

/// The same, with looks that take the lock.
pub fn fraud_locked_looks(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search_locked_looks(b, round, me, every);
        b.gate.wait();
    }
}

/// A round number.
pub fn every_raw(_iteration_ns: u64, _check_ns: u64, _latency_ns: u64) -> u64 {
    1000
}
