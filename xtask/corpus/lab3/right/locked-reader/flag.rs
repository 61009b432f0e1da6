//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let round = find.round;
    let mut held = b.stop.lock();
    let already_won = held.get() >= round;
    if already_won {
        return Claim::Late;
    }
    b.alerts.set(round as usize, find);
    held.set(round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // With the lock nobody can be in the middle of a record.
    let stop = b.stop.lock();
    if stop.get() >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let raised = || b.stop.raw().get() >= round;
    let mut left = 0;
    for n in b.slice(round, me) {
        if left == 0 {
            if raised() {
                return None;
            }
            left = every.max(1);
        }
        left -= 1;
        if b.is_hit(round, n) {
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
