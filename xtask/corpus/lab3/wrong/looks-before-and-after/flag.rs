//! Lab 3. The flag holds the last round that was won.

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

/// Reads a round's alert, while others may be claiming.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    // Acquire, because we go on to read the record.
    (b.stop.raw().get_acquire() >= round).then(|| b.alerts.get(round as usize))
}

/// Searches this worker's slice of a round.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let mine: Vec<u64> = b.slice(round, me).collect();
    for chunk in mine.chunks(every.max(1) as usize) {
        if b.stop.raw().get() >= round {
            return None;
        }
        for &n in chunk {
            if b.is_hit(round, n) {
                return Some(claim_locked(b, b.find(round, me, n)));
            }
        }
        // Has anybody found it while we were busy?
        if b.stop.raw().get() >= round {
            return None;
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

/// How many candidates to search between two looks at the flag.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    // The longest interval that is still soon enough is also the cheapest one, whatever a look costs.
    let _ = check_ns;
    (latency_ns / iteration_ns.max(1)).max(1)
}
