//! The baton's word: whose turn it is, between one worker and the grader.
//!
//! Exactly one side may change it at a time, and changing it gives the turn away. What either side wrote before, into the
//! baton's page or anywhere else, the other sees when it has the turn.

use std::time::Duration;

use super::WAITERS;
use crate::sync::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
    futex_wait, futex_wake,
};

/// Changes the baton and wakes the other side if it sleeps.
#[inline]
pub fn hand_over(word: &AtomicU32, state: u32) {
    // Release: partner of the acquire in `wait_while`.
    if word.swap(state, Release) & WAITERS != 0 {
        futex_wake(word, i32::MAX);
    }
}

/// Sleeps while the low bits of the baton are `state` and the owner lives; with a `limit`, sleeps once, at most so long.
/// Gives the low bits, in which [`OWNER_DIED`](super::OWNER_DIED) may be set.
#[inline]
pub fn wait_while(word: &AtomicU32, state: u32, limit: Option<Duration>) -> u32 {
    loop {
        // Acquire: partner of the release in `hand_over`, or of the kernel's mark for a dead worker.
        let now = word.load(Acquire);
        if now & !WAITERS != state {
            return now & !WAITERS;
        }
        let asleep = now | WAITERS;
        if now != asleep && word.compare_exchange(now, asleep, Relaxed, Relaxed).is_err() {
            continue;
        }
        futex_wait(word, asleep, limit);
        if limit.is_some() {
            // Acquire: as above.
            return word.load(Acquire) & !WAITERS;
        }
    }
}
