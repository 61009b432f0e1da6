//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Claims a round for a find. Exactly one claim of a round may win.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    let last = stop.get();
    match last >= find.round {
        true => Claim::Late,
        false => {
            b.alerts.set(find.round as usize, find);
            stop.set(find.round);
            Claim::Won
        }
    }
}

/// The alert of a round, if there is one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    if b.stop.raw().get_acquire() < round {
        return None;
    }
    Some(b.alerts.get(round as usize))
}

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

/// Works through all rounds together with the others.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    (1..=rounds).for_each(|round| {
        search(b, round, me, every);
        b.gate.wait(); // meet at the end of each round
    });
}

/// The interval between two looks.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    cheap_enough.min(latency_ns / iteration)
}
