//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};
use shared::note;

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    if stop.recovered() {
        // It may have left half a record, but then the flag is still down and we write the record anew.
        note("the last holder died; the flag says how far it came");
    }
    if stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire, because we go on to read the record.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        // A raw look is enough here; when it is old we search a little longer.
        if done.is_multiple_of(every) && b.stop.raw().get() >= round {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    (1..=rounds).for_each(|round| {
        search(b, round, me, every);
        b.gate.wait(); // meet at the end of each round
    });
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
