//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    if stop.get() >= find.round {
        return Claim::Late;
    }
    // Stop the others as soon as possible, then take the time to write.
    stop.set(find.round);
    b.alerts.set(find.round as usize, find);
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire, because we go on to read the record.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mine: Vec<u64> = b.slice(round, me).collect();
    for chunk in mine.chunks(every.max(1) as usize) {
        if b.stop.raw().get() >= round {
            return None; // somebody was faster
        }
        for &n in chunk {
            if b.is_hit(round, n) {
                return Some(claim_locked(b, b.find(round, me, n)));
            }
        }
    }
    None
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = u128::from(iteration_ns.max(1));
    let at_least = (u128::from(check_ns) * 20).div_ceil(iteration);
    let at_most = u128::from(latency_ns) / iteration;
    // When both do not fit, the latency counts.
    at_least.min(at_most).max(1) as u64
}
