//! Lab 3. The flag has a few bits for each round: 0 for nobody, else the number of the winner plus one.

use shared::boards::lab3::{Board, Claim, Find};

/// How many bits a round has, enough for the number of workers.
fn bits(b: &Board) -> u32 {
    u32::BITS - b.workers().leading_zeros()
}

fn shift(b: &Board, round: u32) -> u32 {
    (round - 1) * bits(b)
}

/// Who won the round, when anybody did.
fn winner(b: &Board, flag: u32, round: u32) -> Option<u32> {
    let field = (flag >> shift(b, round)) & ((1 << bits(b)) - 1);
    field.checked_sub(1)
}

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let flag = b.stop.raw();
    b.drafts.set(b.draft(find.round, find.worker), find);
    let mut seen = flag.get_acquire();
    loop {
        if winner(b, seen, find.round).is_some() {
            return Claim::Late;
        }
        let named = seen | (find.worker + 1) << shift(b, find.round);
        match flag.compare_exchange(seen, named) {
            Ok(_) => return Claim::Won,
            Err(now) => seen = now, // look again who it was
        }
    }
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let worker = winner(b, b.stop.raw().get_acquire(), round)?;
    Some(b.drafts.get(b.draft(round, worker)))
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && winner(b, b.stop.raw().get(), round).is_some() {
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
    // 5 % is one twentieth.
    let iteration = if iteration_ns == 0 { 1 } else { iteration_ns };
    let least = check_ns.saturating_mul(20).div_ceil(iteration).max(1);
    let most = (latency_ns / iteration).max(1);
    if least <= most { least } else { most }
}
