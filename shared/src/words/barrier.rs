//! The barrier's word: the number of the generation in the upper half, a bit for each worker that has come in the lower.
//!
//! Whoever makes the last missing bit appear swaps in the next generation, in the same step. There is no moment at which
//! a death could leave the barrier half changed. `dead` tells which of the parties are dead, a bit each.

use super::LOOK_AGAIN;
use crate::sync::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    futex_wait_upper, futex_wake_upper,
};

/// The lower half: who has come.
const COME: u64 = 0xffff_ffff;

/// Whether each party has come or is dead. A worker beyond the parties may come as well: its bit must not count, or the
/// meeting that it joins would never be complete.
fn complete(parties: usize, come: u64, dead: u32) -> bool {
    let everyone = (1 << parties) - 1;
    (come | u64::from(dead)) & everyone == everyone
}

/// Sets worker `me`'s bit; completes the generation if it was the last one missing. Gives generation * 2, plus 1 when it
/// completed it.
pub fn arrive(state: &AtomicU64, parties: usize, me: u32, dead: impl Fn() -> u32) -> u64 {
    loop {
        let now = state.load(Relaxed);
        let (generation, come) = (now >> 32, (now & COME) | 1 << me);
        let last = complete(parties, come, dead());
        let next = if last { (generation + 1) << 32 } else { generation << 32 | come };
        // Release: partner of the load in `leave`, so everything before an arrival is visible after the completion. Acquire:
        // partner of the other arrivals, for the worker that completes and so need not leave.
        if state.compare_exchange(now, next, AcqRel, Relaxed).is_ok() {
            if last {
                futex_wake_upper(state, i32::MAX);
            }
            return generation << 1 | u64::from(last);
        }
    }
}

/// Sleeps until the generation is over; completes it for the dead. Gives 1 to the worker that did so, else 0.
pub fn leave(state: &AtomicU64, parties: usize, generation: u64, dead: impl Fn() -> u32) -> u64 {
    loop {
        // Acquire: partner of the arrivals and of the exchange below.
        let now = state.load(Acquire);
        if now >> 32 != generation {
            return 0;
        }
        if complete(parties, now & COME, dead()) {
            // Release: partner of the load above; hands on what `dead` saw of the dead.
            if state.compare_exchange(now, (generation + 1) << 32, Release, Relaxed).is_ok() {
                futex_wake_upper(state, i32::MAX);
                return 1;
            }
            continue;
        }
        // Nobody wakes the sleepers when a missing worker dies: they look again.
        futex_wait_upper(state, generation as u32, Some(LOOK_AGAIN));
    }
}
