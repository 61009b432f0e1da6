//! `Lock`: mutual exclusion between processes that survives the death of its holder.
//!
//! The word is a [robust word](crate::robust): 0 when free, the holder's thread id when held. When the holder is killed
//! the kernel marks the word, and the next locker takes it over and is told (`recovered`): what the dead one was doing
//! may be half done. Python's `multiprocessing.Lock` hangs for ever in the same situation.
//! How the word is taken and freed stands in [`words::lock`](crate::words::lock).

use crate::baton::{Action, Op, hooked, pass};
use crate::process;
use crate::region::{Cursor, Kind};
use crate::robust::RobustWord;
use crate::words::lock::{acquire, release};

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
    #[inline]
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
        let recovered = if hooked() { self.lock_hooked() } else { acquire(self.word, process::tid()) };
        LockGuard { lock: *self, recovered }
    }

    #[cold]
    fn lock_hooked(&self) -> bool {
        pass(self.op(Action::Lock), &mut || u64::from(acquire(self.word, process::tid()))) == 1
    }

    #[inline]
    fn unlock(&self) {
        if hooked() { self.unlock_hooked() } else { release(self.word) }
    }

    #[cold]
    fn unlock_hooked(&self) {
        pass(self.op(Action::Unlock), &mut || {
            release(self.word);
            0
        });
    }
}
