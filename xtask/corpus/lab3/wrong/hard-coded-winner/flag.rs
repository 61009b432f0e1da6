//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    // There must be one winner, so it is always the same one.
    if find.worker != 0 || stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    if b.stop.raw().get_acquire() < round {
        return None;
    }
    Some(b.alerts.get(round as usize))
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
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // The longest interval that is still soon enough is also the cheapest one, whatever a look costs.
    let _ = check_ns;
    (latency_ns / iteration_ns.max(1)).max(1)
}
