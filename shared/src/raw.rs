//! `RawValue`: one word in shared memory without a lock, like Python's `multiprocessing.RawValue`.
//!
//! A relaxed load costs what a plain load costs. What it does not do: it does not make *two* accesses one. Reading,
//! deciding and then writing leaves a gap in which the other workers go on.

use std::marker::PhantomData;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use crate::baton::{Action, Op, hooked, pass};
use crate::plain::Word;
use crate::region::{Cursor, Kind};

/// A word that all workers see. Single reads and writes are atomic; nothing else is.
#[derive(Clone, Copy)]
pub struct RawValue<T> {
    cell: &'static AtomicU64,
    object: u32,
    of: PhantomData<T>,
}

impl<T: Word> RawValue<T> {
    /// Takes the next object of the board, which must be a cell.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (object, kind, offset, region) = cursor.take();
        assert!(matches!(kind, Kind::Cell { .. }), "object {object} is no cell");
        RawValue { cell: region.word(offset), object, of: PhantomData }
    }

    fn op(&self, action: Action, a: u64, b: u64) -> Op {
        Op { action, object: self.object, a, b }
    }

    /// Reads the value: relaxed, so nothing else that the writer wrote is promised to be visible.
    #[inline]
    pub fn get(&self) -> T {
        T::from_word(if hooked() { self.get_seen() } else { self.cell.load(Relaxed) })
    }

    /// As [`RawValue::get`], when somebody looks. By itself, so that a loop around the free one stays small.
    #[cold]
    fn get_seen(&self) -> u64 {
        pass(self.op(Action::Load, 0, 0), &mut || self.cell.load(Relaxed))
    }

    /// Reads the value; if it was written by [`RawValue::set_release`], all that the writer wrote before is visible too.
    #[inline]
    pub fn get_acquire(&self) -> T {
        // Acquire: partner of the release in `set_release`, `compare_exchange` and `fetch_add`.
        if hooked() {
            return T::from_word(pass(self.op(Action::LoadAcquire, 0, 0), &mut || self.cell.load(Acquire)));
        }
        T::from_word(self.cell.load(Acquire))
    }

    /// Writes the value: relaxed, so it publishes nothing but itself.
    #[inline]
    pub fn set(&self, value: T) {
        let word = value.to_word();
        let mut act = || {
            self.cell.store(word, Relaxed);
            0
        };
        if hooked() {
            pass(self.op(Action::Store, 0, word), &mut act);
        } else {
            act();
        }
    }

    /// Writes the value and publishes everything this worker wrote before.
    #[inline]
    pub fn set_release(&self, value: T) {
        let word = value.to_word();
        // Release: partner of the acquire in `get_acquire`.
        let mut act = || {
            self.cell.store(word, Release);
            0
        };
        if hooked() {
            pass(self.op(Action::StoreRelease, 0, word), &mut act);
        } else {
            act();
        }
    }

    /// Writes `new` if the value is `current`, in one step. `Ok(current)` when it did, `Err(what was there)` when not.
    ///
    /// # Errors
    /// The value found, when it was not `current`.
    #[inline]
    pub fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        let (current, new) = (current.to_word(), new.to_word());
        // AcqRel: partner of every acquire and release on the same cell.
        let mut act = || match self.cell.compare_exchange(current, new, AcqRel, Acquire) {
            Ok(old) | Err(old) => old,
        };
        let old = if hooked() { pass(self.op(Action::CompareExchange, current, new), &mut act) } else { act() };
        if old == current { Ok(T::from_word(old)) } else { Err(T::from_word(old)) }
    }

    /// Subtracts from the value in one step, wrapping as a 64-bit word, and gives the old value.
    #[inline]
    pub fn fetch_sub(&self, amount: T) -> T {
        let amount = amount.to_word().wrapping_neg();
        // AcqRel: partner of every acquire and release on the same cell.
        let mut act = || self.cell.fetch_add(amount, AcqRel);
        T::from_word(if hooked() { pass(self.op(Action::FetchAdd, 0, amount), &mut act) } else { act() })
    }

    /// Adds to the value in one step, wrapping as a 64-bit word, and gives the old value.
    #[inline]
    pub fn fetch_add(&self, amount: T) -> T {
        let amount = amount.to_word();
        // AcqRel: partner of every acquire and release on the same cell.
        let mut act = || self.cell.fetch_add(amount, AcqRel);
        T::from_word(if hooked() { pass(self.op(Action::FetchAdd, 0, amount), &mut act) } else { act() })
    }
}
