//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Claims a round for a find. Exactly one claim of a round may win.
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

/// The alert of a round, if there is one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire, because we go on to read the record.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mut count = 0;
    for n in b.slice(round, me) {
        if count > every {
            if b.stop.raw().get() >= round {
                return None;
            }
            count = 0;
        }
        count += 1;
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// Works through all rounds together with the others.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    (1..=rounds).for_each(|round| {
        search(b, round, me, every);
        b.gate.wait(); // meet at the end of each round
    });
}

/// The interval between two looks.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = u128::from(iteration_ns.max(1));
    let at_least = (u128::from(check_ns) * 20).div_ceil(iteration);
    let at_most = u128::from(latency_ns) / iteration;
    // When both do not fit, the latency counts.
    at_least.min(at_most).max(1) as u64
}
