//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    // Recovered: somebody was in here before us, so we are late.
    if stop.recovered() || stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire, because we go on to read the record.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
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
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = u128::from(iteration_ns.max(1));
    let at_least = (u128::from(check_ns) * 20).div_ceil(iteration);
    let at_most = u128::from(latency_ns) / iteration;
    // When both do not fit, the latency counts.
    at_least.min(at_most).max(1) as u64
}
