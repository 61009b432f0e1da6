//! Lab 3: the flag is odd when a round is claimed, and even when its alert is published.

use shared::boards::lab3::{Board, Claim, Find};

fn claimed(round: u32) -> u32 {
    2 * round - 1
}

fn published(round: u32) -> u32 {
    2 * round
}

/// Claims a round for a find. Exactly one claim of a round may win.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let flag = b.stop.raw();
    let seen = flag.get_acquire();
    if seen >= claimed(find.round) || flag.compare_exchange(seen, claimed(find.round)).is_err() {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    // Readers look for this.
    flag.set_release(published(find.round));
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    (b.stop.raw().get_acquire() >= published(round))
        .then(|| b.alerts.get(round as usize))
        .filter(|find| find.round == round)
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && b.stop.raw().get() >= claimed(round) {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// Works through all rounds together with the others.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    let mut round = 1;
    while round <= rounds {
        search(b, round, me, every);
        b.gate.wait();
        round += 1;
    }
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
