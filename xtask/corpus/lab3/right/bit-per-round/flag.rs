//! Lab 3. Bit `round - 1` of the flag says that this round is won.

use shared::boards::lab3::{Board, Claim, Find};

/// The bit of a round; there is room for 32.
fn bit(round: u32) -> u32 {
    1 << (round - 1)
}

/// Claims a round for a find. Exactly one claim of a round may win.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    let won = stop.get();
    if won & bit(find.round) != 0 {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(won | bit(find.round));
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let won = b.stop.raw().get_acquire();
    (won & bit(round) != 0).then(|| b.alerts.get(round as usize))
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && b.stop.raw().get() & bit(round) != 0 {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// Works through all rounds together with the others.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    // No round can be mistaken for another, so nobody has to wait.
    for round in 1..=rounds {
        search(b, round, me, every);
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
