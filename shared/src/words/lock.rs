//! The lock's word: 0 when free, the holder's thread id when held.
//!
//! Taking a free lock is one compare-exchange, freeing it one swap; the kernel is called only to sleep and to wake.

use super::{LOOK_AGAIN, OWNER, OWNER_DIED, WAITERS};
use crate::robust::{self, RobustWord};
use crate::sync::{
    Ordering::{Acquire, Relaxed, Release},
    SPINS, futex_wait, futex_wake, spin_loop,
};

/// Waits until the lock is free and takes it for thread `me`. True when the last holder died with it.
#[inline]
pub fn acquire(lock: &RobustWord, me: u32) -> bool {
    robust::begin(lock);
    // Acquire: partner of the release in `release`.
    match lock.word.compare_exchange(0, me, Acquire, Relaxed) {
        Ok(_) => false,
        Err(_) => acquire_contended(lock, me),
    }
}

#[cold]
fn acquire_contended(lock: &RobustWord, me: u32) -> bool {
    let word = &lock.word;
    let mut spins = SPINS;
    // Once this worker has slept it cannot know whether others sleep too: it takes the lock with the bit set.
    let mut sleepers = 0;
    loop {
        let now = word.load(Relaxed);
        if now & OWNER == 0 {
            let keep = (now & WAITERS) | sleepers;
            // Acquire: partner of the release in `release`, or of the kernel's mark for a dead holder.
            if word.compare_exchange(now, me | keep, Acquire, Relaxed).is_ok() {
                return now & OWNER_DIED != 0;
            }
            continue;
        }
        if now & OWNER == me {
            robust::retract(lock);
            panic!("this worker holds the lock already: it would wait for itself for ever");
        }
        if spins > 0 && now & WAITERS == 0 {
            spins -= 1;
            spin_loop();
            continue;
        }
        if now & WAITERS == 0 && word.compare_exchange(now, now | WAITERS, Relaxed, Relaxed).is_err() {
            continue;
        }
        // With a limit: whoever freed the lock may have been killed before it woke us, and if a newcomer has taken the lock
        // since then, it knows of no sleepers, and the kernel wakes nobody for a word that is owned by the living.
        futex_wait(word, now | WAITERS, Some(LOOK_AGAIN));
        sleepers = WAITERS;
    }
}

/// Frees the lock and wakes one sleeper.
#[inline]
pub fn release(lock: &RobustWord) {
    robust::begin_release(lock);
    // Release: partner of the acquire in `acquire` and `acquire_contended`.
    if lock.word.swap(0, Release) & WAITERS != 0 {
        wake_one(lock);
    }
    robust::finish();
}

#[cold]
fn wake_one(lock: &RobustWord) {
    futex_wake(&lock.word, 1);
}
