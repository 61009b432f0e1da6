//! Lab 3, the early-exit flag.

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
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// Searches this worker's slice of a round.
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

/// All rounds, one after the other.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let least = check_ns.saturating_mul(20) / iteration;
    let most = latency_ns / iteration;
    least.min(most).max(1)
}
