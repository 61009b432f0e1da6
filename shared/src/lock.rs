//! `Lock`: mutual exclusion between processes that survives the death of its holder.
//!
//! The word is a [robust word](crate::robust): 0 when free, the holder's thread id when held. When the holder is killed
//! the kernel marks the word, and the next locker takes it over and is told (`recovered`): what the dead one was doing
//! may be half done. Python's `multiprocessing.Lock` hangs for ever in the same situation.
//!
//! Taking a free lock is one compare-exchange, freeing it one swap; the kernel is called only to sleep and to wake.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use crate::baton::{Action, Op, hooked, pass};
use crate::region::{Cursor, Kind};
use crate::robust::{self, OWNER, OWNER_DIED, RobustWord, WAITERS};
use crate::sys;

/// How often a locker looks again before it sleeps: longer than a short critical section, far shorter than a time slice.
const SPINS: u32 = 100;

/// A robust lock between processes.
#[derive(Clone, Copy)]
pub struct Lock {
    word: &'static RobustWord,
    object: u32,
}

/// Holds a lock until it is dropped.
#[must_use = "the lock is freed as soon as its guard is dropped"]
pub struct LockGuard {
    lock: Lock,
    recovered: bool,
}

impl LockGuard {
    /// True when the last holder died while it held the lock: what the lock protects may be half written.
    pub fn recovered(&self) -> bool {
        self.recovered
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.lock.unlock();
    }
}

impl Lock {
    /// Takes the next object of the board, which must be a lock.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (object, kind, offset, region) = cursor.take();
        assert_eq!(kind, Kind::Lock, "object {object} is no lock");
        Lock { word: RobustWord::at(region, offset), object }
    }

    fn op(&self, action: Action) -> Op {
        Op { action, object: self.object, a: 0, b: 0 }
    }

    /// Waits until the lock is free, takes it, and holds it until the guard is dropped.
    ///
    /// # Panics
    /// When this worker holds the lock already: waiting for oneself would never end.
    #[inline]
    pub fn lock(&self) -> LockGuard {
        let recovered =
            if hooked() { pass(self.op(Action::Lock), &mut || u64::from(self.acquire())) == 1 } else { self.acquire() };
        LockGuard { lock: *self, recovered }
    }

    #[inline]
    fn unlock(&self) {
        if hooked() {
            pass(self.op(Action::Unlock), &mut || {
                self.release();
                0
            });
        } else {
            self.release();
        }
    }

    #[inline]
    fn acquire(&self) -> bool {
        let me = crate::process::tid();
        robust::begin(self.word);
        // Acquire: partner of the release in `release`.
        let recovered = match self.word.word.compare_exchange(0, me, Acquire, Relaxed) {
            Ok(_) => false,
            Err(_) => self.acquire_contended(me),
        };
        robust::push(self.word);
        robust::finish();
        recovered
    }

    #[cold]
    fn acquire_contended(&self, me: u32) -> bool {
        let word = &self.word.word;
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
            assert!(now & OWNER != me, "this worker holds the lock already: it would wait for itself for ever");
            if spins > 0 && now & WAITERS == 0 {
                spins -= 1;
                std::hint::spin_loop();
                continue;
            }
            if now & WAITERS == 0 && word.compare_exchange(now, now | WAITERS, Relaxed, Relaxed).is_err() {
                continue;
            }
            sys::futex_wait(word, now | WAITERS, None);
            sleepers = WAITERS;
        }
    }

    #[inline]
    fn release(&self) {
        robust::begin(self.word);
        robust::remove(self.word);
        // AcqRel, of which release matters: partner of the acquire in `acquire`.
        if self.word.word.swap(0, AcqRel) & WAITERS != 0 {
            sys::futex_wake(&self.word.word, 1);
        }
        robust::finish();
    }
}
