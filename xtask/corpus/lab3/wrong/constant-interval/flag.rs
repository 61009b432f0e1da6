//! My lab 3.

use shared::boards::lab3::{Board, Claim, Find};

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

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let last = b.stop.raw().get_acquire();
    if last >= round { Some(b.alerts.get(round as usize)) } else { None }
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let raised = || b.stop.raw().get() >= round;
    let mut left = 0;
    for n in b.slice(round, me) {
        if left == 0 {
            if raised() {
                return None;
            }
            left = every.max(1);
        }
        left -= 1;
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // Worked well on my machine.
    let _ = (iteration_ns, check_ns, latency_ns);
    1000
}
