//! Lab 3, the early-exit flag.

use shared::boards::lab3::{Board, Claim, Find};

/// The flag names the round and the worker of the last win.
fn name(round: u32, worker: u32) -> u32 {
    round << 8 | worker
}

fn parts(flag: u32) -> (u32, u32) {
    (flag >> 8, flag & 0xff)
}

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let flag = b.stop.raw();
    let seen = flag.get_acquire();
    let (won, by) = parts(seen);
    if won >= find.round {
        return Claim::Late;
    }
    // My own place: nobody looks here before the flag names me.
    b.drafts.set(b.draft(find.round, find.worker), find);
    if won > 0 && (won, by) != (find.round - 1, find.worker) {
        // When the flag names me it no longer names the last winner, so I keep that record beside mine.
        b.drafts.set(b.draft(find.round - 1, find.worker), b.drafts.get(b.draft(won, by)));
    }
    let mut seen = seen;
    // compare_exchange may fail, then try again.
    while let Err(now) = flag.compare_exchange(seen, name(find.round, find.worker)) {
        seen = now;
    }
    Claim::Won
}

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let (mut at, mut who) = parts(b.stop.raw().get_acquire());
    while at >= round {
        let find = b.drafts.get(b.draft(at, who));
        if find.round == round {
            return Some(find);
        }
        // An older round is wanted: the winner of this one has kept the record of the winner before.
        at = find.round.checked_sub(1)?;
        who = find.worker;
    }
    None
}

/// My part of the search.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        if done.is_multiple_of(every) && parts(b.stop.raw().get()).0 >= round {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
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

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}
