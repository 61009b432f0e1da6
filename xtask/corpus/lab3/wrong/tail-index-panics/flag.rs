//! Lab 3: a flag that several processes raise and watch.

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

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mine: Vec<u64> = b.slice(round, me).collect();
    let every = every.max(1) as usize;
    let mut from = 0;
    while from < mine.len() {
        if b.stop.raw().get() >= round {
            return None;
        }
        for at in from..from + every {
            if b.is_hit(round, mine[at]) {
                return Some(claim_locked(b, b.find(round, me, mine[at])));
            }
        }
        from += every;
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

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
