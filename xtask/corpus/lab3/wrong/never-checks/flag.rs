//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut flag = b.stop.lock();
    if flag.get() < find.round {
        // First the record, then the flag: a reader that sees the flag finds the record.
        b.alerts.set(find.round as usize, find);
        flag.set(find.round);
        Claim::Won
    } else {
        Claim::Late
    }
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // With the lock nobody can be in the middle of a record.
    let stop = b.stop.lock();
    if stop.get() >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let _ = every;
    for n in b.slice(round, me) {
        if b.is_hit(round, n) {
            // claim_locked looks at the flag, that is enough.
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

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
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
