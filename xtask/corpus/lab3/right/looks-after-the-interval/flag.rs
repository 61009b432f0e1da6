//! Lab 3. The flag holds the last round that was won.

use shared::boards::lab3::{Board, Claim, Find};

/// Who comes first wins the round.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    // Ask again now that nobody else can write.
    if stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

/// The alert of a round, if there is one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mut count = 0;
    for n in b.slice(round, me) {
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
        count += 1;
        if count >= every {
            count = 0;
            if b.stop.raw().get() >= round {
                return None;
            }
        }
    }
    None
}

/// All rounds, one after the other.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    let mut round = 1;
    while round <= rounds {
        search(b, round, me, every);
        b.gate.wait();
        round += 1;
    }
}

/// The interval between two looks.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    if iteration_ns == 0 {
        // Free iterations: as if they took a nanosecond.
        return check_every(1, check_ns, latency_ns);
    }
    let most = (latency_ns / iteration_ns).max(1);
    // check / iteration <= 0.05 * n, in twentieths so that nothing is rounded.
    let mut least = (check_ns as f64 * 20.0 / iteration_ns as f64).ceil() as u64;
    if least.saturating_mul(iteration_ns) < check_ns.saturating_mul(20) {
        least += 1;
    }
    least.clamp(1, most)
}
