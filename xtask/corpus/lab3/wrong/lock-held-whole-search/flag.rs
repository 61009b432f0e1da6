//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    // Ask again now that nobody else can write.
    if stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let stop = b.stop.lock();
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && stop.get() >= round {
            return None;
        }
        if b.is_hit(round, n) {
            drop(stop);
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// All rounds, one after the other.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    (1..=rounds).for_each(|round| {
        search(b, round, me, every);
        b.gate.wait(); // meet at the end of each round
    });
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
