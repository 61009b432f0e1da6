//! Lab 3: a flag that several processes raise and watch.
//!
//! The find that comes first wins its round, all others are late. The flag holds the number of the last round that was
//! won, so it never needs to be lowered.

use shared::boards::lab3::{Board, Claim, Find};

/// Claims a round for a find: records it in `alerts` and raises `stop`, unless somebody else's find has won the round
/// already. Exactly one claim of a round may win, and its record must be whole before anyone can rely on it.
pub fn claim_locked(b: &Board, find: Find) -> Claim {
    let _ = (b, find);
    todo!("claim the round so that exactly one worker wins it")
}

/// Reads a round's alert. It runs while others are claiming: never half a record, never an unpublished one.
pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    let _ = (b, round);
    todo!("return the alert of a round that was won, and nothing for one that was not")
}

/// Searches this worker's slice of a round. Looks at the flag once per `every` candidates, and stops when it is raised.
pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    let _ = (b, round, me, every);
    todo!("search your slice, look at the flag once per `every` candidates, claim the hit")
}

/// Works through rounds `1..=rounds` together with all other workers; nobody begins a round before all have ended the last.
pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    let _ = (b, me, rounds, every);
    todo!("search round after round, together")
}

/// How many candidates to search between two looks at the flag: a look may cost at most 5 % of the work, and a raised flag
/// must be seen within `latency_ns`. If both cannot be had, the latency wins. At least 1.
pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    let _ = (iteration_ns, check_ns, latency_ns);
    todo!("the interval from the costs of an iteration and a look, and the latency allowed")
}
