//! My lab 3.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let stop = b.stop.lock();
    if stop.get() >= find.round {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    // `stop` is a guard, the value is in b.stop.
    b.stop.set(find.round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        // A raw look is enough here; when it is old we search a little longer.
        if done.is_multiple_of(every) && b.stop.raw().get() >= round {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
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

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // The longest interval that is still soon enough is also the cheapest one, whatever a look costs.
    let _ = check_ns;
    (latency_ns / iteration_ns.max(1)).max(1)
}
