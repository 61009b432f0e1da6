//! A robust lock for a few dozen instructions: taking it is one compare-exchange, freeing it one plain store.
//!
//! [`lock`](super::lock) frees its word with an exchange, because it must learn in the same step whether somebody sleeps.
//! Here nobody is ever woken, so nobody needs to be asked about, and the second exchange, half of the price, is saved.
//! Whoever finds the word taken lets the holder, at work on another processor, do that and more before it looks again. If
//! the word is still taken after a few looks, the holder has lost its processor, or its life, or needs the lock all the
//! time: then we give our processor away and look again a little later.

use super::{OWNER, OWNER_DIED};
use crate::robust::{self, RobustWord};
use crate::sync::{
    FIRST_SPINS,
    Ordering::{Acquire, Relaxed, Release},
    SPINS, nap, spin_loop,
};

/// Waits until the lock is free and takes it for thread `me`. True when the last holder died with it.
#[inline(always)]
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
    let mut spins = FIRST_SPINS;
    loop {
        let now = lock.word.load(Relaxed);
        // Acquire: partner of the release in `release`, or of the kernel's mark for a dead holder.
        if now & OWNER == 0 {
            if lock.word.compare_exchange(now, me, Acquire, Relaxed).is_ok() {
                return now & OWNER_DIED != 0;
            }
        } else if spins > SPINS {
            nap(&lock.word, now);
        } else {
            // Twice as long each time: whoever looks takes the word's cache line away from the holder.
            (0..spins).for_each(|_| spin_loop());
            spins *= 2;
        }
    }
}

/// Frees the lock.
#[inline(always)]
pub fn release(lock: &RobustWord) {
    robust::begin_release(lock);
    // Release: partner of the acquire in `acquire` and `acquire_contended`.
    lock.word.store(0, Release);
    robust::finish();
}
