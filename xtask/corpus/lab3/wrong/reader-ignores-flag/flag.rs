//! Lab 3. The flag holds the last round that was won.

use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut flag = b.stop.lock();
    if flag.get() < find.round {
        // First the record, then the flag: a reader that sees the flag finds the record.
        b.alerts.set(find.round as usize, find);
        flag.set(find.round);
        Claim::Won
    } else {
        Claim::Late
    }
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // An empty record has round 0.
    let find = b.alerts.get(round as usize);
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

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    let mut round = 1;
    while round <= rounds {
        search(b, round, me, every);
        b.gate.wait();
        round += 1;
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
