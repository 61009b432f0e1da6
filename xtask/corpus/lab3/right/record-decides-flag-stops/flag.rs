//! Lab 3. A record whose round is filled in has won; the flag only tells the others to stop.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    let at = find.round as usize;
    let late = b.alerts.get(at).round == find.round;
    if !late {
        // First without the round, so that half a record never counts.
        b.alerts.set(at, Find { round: 0, ..find });
        b.alerts.set(at, find);
    }
    // When the winner died before it could raise the flag, a late one does it.
    if stop.get() < find.round {
        stop.set(find.round);
    }
    if late { Claim::Late } else { Claim::Won }
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let _stop = b.stop.lock();
    let find = b.alerts.get(round as usize);
    (find.round == round).then_some(find)
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
    let iteration = u128::from(iteration_ns.max(1));
    let at_least = (u128::from(check_ns) * 20).div_ceil(iteration);
    let at_most = u128::from(latency_ns) / iteration;
    // When both do not fit, the latency counts.
    at_least.min(at_most).max(1) as u64
}
