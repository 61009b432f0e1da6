//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

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

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let every = every.max(1);
    for (k, n) in b.slice(round, me).enumerate() {
        // My own count, not the candidate's number.
        let look = (k as u64).is_multiple_of(every);
        if look && b.stop.raw().get() >= round {
            return None;
        }
        if !b.is_hit(round, n) {
            continue;
        }
        return Some(claim_locked(b, b.find(round, me, n)));
    }
    None
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    // The flag knows the round, so there is nothing to wait for.
    for round in 1..=rounds {
        search(b, round, me, every);
    }
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
