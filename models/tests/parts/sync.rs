//! Stands in for `shared::sync`: the same names over modelled atomics. Every operation is a step, before which its process
//! may be killed, and obeys the fault of the test.

use std::panic::Location;
use std::sync::Arc;
pub use std::sync::atomic::Ordering::{self, *};
use std::time::Duration;

use super::machine::{self, Fault, fault, ordering, step};
use crate::engine::atomic;
use crate::words::{OWNER, WAITERS};

/// One look is enough to run through the code; more would only multiply the executions.
pub const SPINS: u32 = 1;
/// As in `shared`.
pub const FIRST_SPINS: u32 = 1;

/// Checkers do not reorder what one process does to its own words, except as the orderings allow.
pub fn compiler_fence(_order: Ordering) {}

/// Whoever naps looks at the word again some time later. As long as it has not changed, it would only nap once more: so here a
/// nap lasts until the word is another one, and a model of several who nap has an end.
pub fn nap(word: &AtomicU32, expected: u32) {
    machine::nap(word.key(), || word.latest(), expected);
}

/// Has none: who finds nothing to do goes to sleep at once.
pub struct Patience;

impl Patience {
    pub fn fresh() -> Self {
        Patience
    }

    pub fn give_way(&mut self, _missed: &dyn Fn() -> bool) -> bool {
        false
    }
}

/// Does not yield: loom would then run everybody else first, and never see a locker that goes to sleep.
pub fn spin_loop() {}

macro_rules! modelled {
    ($name:ident, $number:ty) => {
        /// A modelled atomic.
        pub struct $name(pub Arc<atomic::$name>);

        impl $name {
            /// One with its first value.
            pub fn new(value: $number) -> Self {
                $name(Arc::new(atomic::$name::new(value)))
            }

            /// As the real one.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $number {
                step();
                self.0.load(ordering(order, Location::caller()))
            }

            /// As the real one.
            #[track_caller]
            pub fn store(&self, value: $number, order: Ordering) {
                step();
                self.0.store(value, ordering(order, Location::caller()));
                machine::changed(self.key());
            }

            /// As the real one.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $number,
                new: $number,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$number, $number> {
                step();
                let place = Location::caller();
                let free = current as u32 & OWNER == 0;
                let new = if fault() == Fault::ForgetSleepers && free { new & !(WAITERS as $number) } else { new };
                let (success, failure) = (ordering(success, place), ordering(failure, place));
                let completes = (new as u64) >> 32 > (current as u64) >> 32;
                // Of those that order nothing, one sets the lowest bit: who is about to sleep says so.
                let announces = success == Relaxed && new & 1 == 1;
                let torn = match fault() {
                    Fault::Torn => true,
                    Fault::TornCompletion => completes,
                    Fault::TornAnnouncement => announces,
                    _ => false,
                };
                if torn {
                    let now = self.0.load(Relaxed);
                    if now != current {
                        return Err(now);
                    }
                    self.0.swap(new, success);
                } else {
                    self.0.compare_exchange(current, new, success, failure)?;
                }
                machine::exchanged(u64::from(current), u64::from(new));
                machine::changed(self.key());
                Ok(current)
            }

            fn key(&self) -> usize {
                Arc::as_ptr(&self.0) as usize
            }

            /// The newest value, which orders nothing: see `machine::latest`.
            pub fn latest(&self) -> $number {
                const NEVER: $number = <$number>::MAX;
                self.0.compare_exchange(NEVER, NEVER, Relaxed, Relaxed).unwrap_or_else(|now| now)
            }
        }
    };
}

modelled!(AtomicU32, u32);
modelled!(AtomicU64, u64);

impl AtomicU32 {
    /// As the real one.
    #[track_caller]
    pub fn swap(&self, value: u32, order: Ordering) -> u32 {
        step();
        let old = self.0.swap(value, ordering(order, Location::caller()));
        machine::changed(self.key());
        if fault() == Fault::WakeNobody { old & !WAITERS } else { old }
    }

    /// As the real one.
    #[track_caller]
    pub fn fetch_add(&self, value: u32, order: Ordering) -> u32 {
        step();
        let old = self.0.fetch_add(value, ordering(order, Location::caller()));
        machine::changed(self.key());
        old
    }
}

/// As in `shared`.
pub fn futex_wait(word: &AtomicU32, expected: u32, limit: Option<Duration>) {
    machine::sleep(word.key(), || word.latest(), expected, limit.is_some());
}

/// As in `shared`.
pub fn futex_wake(word: &AtomicU32, count: i32) -> i32 {
    if fault() == Fault::WakeNobodyOfTheQueue {
        return 0;
    }
    machine::wake(word.key(), || word.latest(), count)
}

/// As in `shared`.
pub fn futex_wait_upper(word: &AtomicU64, expected: u32, limit: Option<Duration>) {
    machine::sleep(word.key(), || (word.latest() >> 32) as u32, expected, limit.is_some());
}

/// As in `shared`.
pub fn futex_wake_upper(word: &AtomicU64, count: i32) {
    if fault() != Fault::WakeNobody {
        let _ = machine::wake(word.key(), || (word.latest() >> 32) as u32, count);
    }
}
