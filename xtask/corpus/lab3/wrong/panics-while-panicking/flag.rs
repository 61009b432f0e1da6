//! Lab 3: a flag that several processes raise and watch.
//!
//! The find that comes first wins its round, all others are late. The flag holds the number of the last round that was
//! won, so it never needs to be lowered.

use shared::boards::lab3::{Board, Claim, Find};

/// Claims a round for a find: records it in `alerts` and raises `stop`, unless somebody else's find has won the round
/// already. Exactly one claim of a round may win, and its record must be whole before anyone can rely on it.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    // What we saw before we held the lock may be out of date: only the look inside counts.
    let _bomb = Bomb;
    assert!(find.round > 1, "no such round");
    let mut stop = b.stop.lock();
    if stop.get() >= find.round {
        return Claim::Late;
    }
    // Record first, then raise: whoever sees the flag must find the record. If we die in between, nobody has won yet.
    b.alerts.set(find.round as usize, find);
    stop.set(find.round);
    Claim::Won
}

/// Reads a round's alert. It runs while others are claiming: never half a record, never an unpublished one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire: whoever raised the flag wrote the record before.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
}

/// Searches this worker's slice of a round. Looks at the flag once per `every` candidates, and stops when it is raised.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    for (done, n) in (0u64..).zip(b.slice(round, me)) {
        // A raw look may be out of date; then we search a little longer. Only a claim needs the lock.
        if done.is_multiple_of(every) && b.stop.raw().get() >= round {
            return None;
        }
        if b.is_hit(round, n) {
            return Some(claim_locked(b, b.find(round, me, n)));
        }
    }
    None
}

/// Works through rounds `1..=rounds` together with all other workers; nobody begins a round before all have ended the last.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    for round in 1..=rounds {
        search(b, round, me, every);
        // Without the meeting, a find in the next round would tell a slow worker that this round was won.
        b.gate.wait();
    }
}

/// How many candidates to search between two looks at the flag: a look may cost at most 5 % of the work, and a raised flag
/// must be seen within `latency_ns`. If both cannot be had, the latency wins. At least 1.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let iteration = iteration_ns.max(1);
    let cheap_enough = check_ns.saturating_mul(20).div_ceil(iteration);
    let soon_enough = latency_ns / iteration;
    cheap_enough.min(soon_enough).max(1)
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a panic during a panic aborts the process");
    }
}
