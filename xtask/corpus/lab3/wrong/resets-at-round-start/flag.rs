//! Lab 3, the early-exit flag.

use shared::boards::lab3::{Board, Claim, Find};

/// This bit says that the flag is up; the rest is the last round that was won.
const RAISED: u32 = 1 << 31;

/// Takes the flag down and keeps the round.
fn lower(b: &Board) {
    let flag = b.stop.raw();
    flag.set_release(flag.get() & !RAISED);
}

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let mut stop = b.stop.lock();
    if stop.get() & RAISED != 0 {
        return Claim::Late;
    }
    b.alerts.set(find.round as usize, find);
    stop.set(RAISED | find.round);
    Claim::Won
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // The round stays in the word when the flag goes down.
    let last = b.stop.raw().get_acquire() & !RAISED;
    if last < round {
        return None;
    }
    Some(b.alerts.get(round as usize)).filter(|find| find.round == round)
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && b.stop.raw().get() & RAISED != 0 {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        // A clean start.
        lower(b);
        search(b, round, me, every);
        b.gate.wait();
    }
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
