//! Lab 3. The flag holds the last round that was won.

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

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // With the lock nobody can be in the middle of a record.
    let stop = b.stop.lock();
    if stop.get() >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mine: Vec<u64> = b.slice(round, me).collect();
    for chunk in mine.chunks(every.max(1) as usize) {
        let stop = b.stop.lock();
        if stop.get() >= round {
            return None;
        }
        let hit = chunk.iter().copied().find(|&n| b.is_hit(round, n));
        // claim_locked takes the lock itself.
        drop(stop);
        if let Some(n) = hit {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// Works through all rounds together with the others.
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
