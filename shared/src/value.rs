//! `Value`: a word with its lock, like Python's `multiprocessing.Value`.
//!
//! As in Python, plain `get` and `set` take the lock, each for itself: `v.set(v.get() + 1)` is two critical sections with a
//! gap between them. To do two things as one, hold the guard.

use crate::lock::{Lock, LockGuard};
use crate::plain::Word;
use crate::raw::RawValue;
use crate::region::Cursor;

/// A value that all workers see, protected by its own lock.
#[derive(Clone, Copy)]
pub struct Value<T> {
    lock: Lock,
    cell: RawValue<T>,
}

impl<T: Word> Value<T> {
    /// Takes the next two objects of the board: a lock and a cell.
    pub fn take(cursor: &mut Cursor) -> Self {
        Value { lock: Lock::take(cursor), cell: RawValue::take(cursor) }
    }

    /// Reads the value **under the lock**, like Python's `.value`.
    pub fn get(&self) -> T {
        let _guard = self.lock.lock();
        self.cell.get()
    }

    /// Writes the value **under the lock**, like Python's `.value = …`.
    pub fn set(&self, value: T) {
        let _guard = self.lock.lock();
        self.cell.set_release(value);
    }

    /// The word without the lock: for looks that may be out of date.
    pub fn raw(&self) -> &RawValue<T> {
        &self.cell
    }

    /// Takes the lock, like Python's `get_lock()`; everything done with the guard is one critical section.
    pub fn lock(&self) -> Guard<T> {
        Guard { cell: self.cell, held: self.lock.lock() }
    }
}

/// A value whose lock is held. The lock is freed when the guard is dropped.
#[must_use = "the lock is freed as soon as its guard is dropped"]
pub struct Guard<T> {
    cell: RawValue<T>,
    held: LockGuard,
}

impl<T: Word> Guard<T> {
    /// Reads the value.
    pub fn get(&self) -> T {
        self.cell.get()
    }

    /// Writes the value. It is a release, so a worker that reads it with `raw().get_acquire()` sees what was written before.
    pub fn set(&mut self, value: T) {
        self.cell.set_release(value);
    }

    /// True when the last holder died while it held the lock.
    pub fn recovered(&self) -> bool {
        self.held.recovered()
    }
}
