//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    match b.stop.lock().get() {
        last if last >= find.round => Claim::Late,
        _ => {
            b.alerts.set(find.round as usize, find);
            b.stop.set(find.round);
            Claim::Won
        }
    }
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // With the lock nobody can be in the middle of a record.
    let stop = b.stop.lock();
    if stop.get() >= round { Some(b.alerts.get(round as usize)) } else { None }
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
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
