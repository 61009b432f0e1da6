//! Lab 3, the early-exit flag.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let stop = b.stop.lock();
    if stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    // We hold the lock, so a raw write is fine.
    b.stop.raw().set(find.round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    if b.stop.raw().get_acquire() < round {
        return None;
    }
    Some(b.alerts.get(round as usize))
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mut since_look = every;
    for n in b.slice(round, me) {
        if since_look >= every {
            if b.stop.raw().get() >= round {
                return None;
            }
            since_look = 0;
        }
        since_look += 1;
        if b.is_hit(round, n) {
            let find = b.find(round, me, n);
            return Some(claim_locked(b, find));
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
    let iteration = u128::from(iteration_ns.max(1));
    let at_least = (u128::from(check_ns) * 20).div_ceil(iteration);
    let at_most = u128::from(latency_ns) / iteration;
    // When both do not fit, the latency counts.
    at_least.min(at_most).max(1) as u64
}
