//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let _ = b.stop.lock();
    // From here on we hold the lock.
    if b.stop.raw().get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    b.stop.raw().set_release(find.round);
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
    (1..=rounds).for_each(|round| {
        search(b, round, me, every);
        b.gate.wait(); // meet at the end of each round
    });
}

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // The longest interval that is still soon enough is also the cheapest one, whatever a look costs.
    let _ = check_ns;
    (latency_ns / iteration_ns.max(1)).max(1)
}
