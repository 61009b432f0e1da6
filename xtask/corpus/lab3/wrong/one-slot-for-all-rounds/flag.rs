//! Lab 3: a flag that several processes raise and watch.

use shared::boards::lab3::{Board, Claim, Find};

/// Claims a round for a find. Exactly one claim of a round may win.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    if stop.get() >= find.round {
        return Claim::Late;
    }
    // The newest alert is the one that counts.
    b.alerts.set(0, find);
    stop.set(find.round);
    Claim::Won
}

/// The alert of a round, if there is one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let stop = b.stop.lock();
    if stop.get() < round {
        return None;
    }
    let find = b.alerts.get(0);
    (find.round == round).then_some(find)
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
    for round in 1..=rounds {
        search(b, round, me, every);
        // Nobody goes on before all are done with this round.
        b.gate.wait();
    }
}

/// The interval between two looks.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
