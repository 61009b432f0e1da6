//! Who sleeps at a queue, and who wakes them.
//!
//! A **bell** is a futex word. Who finds nothing to do looks once more with both locks held, sets the bell's lowest bit, and
//! sleeps as long as the word stays as it is. Who changes something looks at the bell after its change, with the lock or
//! after it: a sleeper that did not see the change had both locks before it, so its bit is seen.

use super::Memory;
use crate::sync::{AtomicU32, Ordering::Relaxed, futex_wait, futex_wake};
use crate::words::LOOK_AGAIN;

/// Bit 0 of a bell: somebody sleeps.
pub const SLEEPERS: u32 = 1;
/// The other bits count, so that no sleeper mistakes one ring, or one sleeper, for another.
const ONE: u32 = 2;

/// Wakes up to `count` of those who sleep until the bell is rung. If there are any, the word changes, so that who is about
/// to fall asleep does not.
#[inline(always)]
pub(super) fn wake(bell: &AtomicU32, count: i32) {
    if somebody_sleeps(bell) {
        ring(bell, count);
    }
}

/// Whether there is anybody to wake. Asked after a change; best while its lock is still held, because the bell lies in the
/// lock's cache line, which others may take away with the lock.
#[inline(always)]
pub(super) fn somebody_sleeps(bell: &AtomicU32) -> bool {
    bell.load(Relaxed) & SLEEPERS != 0
}

/// Wakes up to `count` of those who sleep.
#[cold]
pub(super) fn ring(bell: &AtomicU32, count: i32) {
    let rung = bell.fetch_add(ONE, Relaxed).wrapping_add(ONE);
    // A sleeper that came since then changed the word: its bit stays.
    if count > 0 && futex_wake(bell, count) == 0 {
        let _ = bell.compare_exchange(rung, rung & !SLEEPERS, Relaxed, Relaxed);
    }
}

/// Says that somebody is about to sleep; gives the word that it sleeps on. In one step, because who rings holds no lock: a
/// sleeper that wrote the very word that was just rung would lose its bit with those who were woken.
fn announce(bell: &AtomicU32) -> u32 {
    loop {
        let now = bell.load(Relaxed);
        let asleep = now.wrapping_add(ONE) | SLEEPERS;
        if bell.compare_exchange(now, asleep, Relaxed, Relaxed).is_ok() {
            return asleep;
        }
    }
}

impl Memory<'_> {
    /// Waits until everything that was put in is taken for good or acknowledged.
    pub fn join(&self) {
        while self.sleep_unless(&self.control.drained, || self.is_drained()) {}
    }

    #[cold]
    pub(super) fn sleep_for_room(&self) {
        let may_go_on = || self.in_ring() < self.capacity || self.is_closed();
        self.sleep_unless(&self.control.take.bell, may_go_on);
    }

    #[cold]
    pub(super) fn sleep_for_items(&self) {
        let may_go_on = || self.in_ring() > 0 || self.is_over();
        self.sleep_unless(&self.control.put.bell, may_go_on);
    }

    /// Sleeps until the bell is rung, unless it need not; gives whether it slept. With a limit: whoever should wake us may be
    /// killed before it does, and a dead worker's lease comes back only when somebody looks.
    fn sleep_unless(&self, bell: &AtomicU32, may_go_on: impl Fn() -> bool) -> bool {
        self.enter_both();
        if may_go_on() {
            self.leave_both();
            return false;
        }
        let asleep = announce(bell);
        self.leave_both();
        futex_wait(bell, asleep, Some(LOOK_AGAIN));
        true
    }

    /// Whether something that was just taken or acknowledged was the last thing, and somebody wants to know. The take lock
    /// is held.
    #[inline(always)]
    pub(super) fn has_drained(&self) -> bool {
        let awaited = self.control.drained.load(Relaxed) & SLEEPERS != 0 || self.is_closed();
        awaited && self.is_drained()
    }

    /// Wakes those who wait for the end of everything, and those for whom no item will come any more.
    #[inline(always)]
    pub(super) fn tell(&self, drained: bool) {
        if drained {
            wake(&self.control.drained, i32::MAX);
            wake(&self.control.put.bell, i32::MAX);
        }
    }

    /// Whether no item will come any more. One of the locks is held.
    #[inline(always)]
    pub(super) fn is_over(&self) -> bool {
        self.is_closed() && self.is_drained()
    }

    #[inline(always)]
    fn is_closed(&self) -> bool {
        self.control.closed.load(Relaxed) != 0
    }

    #[inline(always)]
    fn is_drained(&self) -> bool {
        self.in_ring() == 0 && self.leases.iter().all(|lease| lease.load(Relaxed) == 0)
    }

    /// How many items are in the ring. With only the take lock held, others may put more meanwhile; but nobody reads a tail
    /// before the items that are known to have been put.
    #[inline(always)]
    pub(super) fn in_ring(&self) -> u64 {
        self.control.put.place.load(Relaxed).wrapping_sub(self.control.take.place.load(Relaxed))
    }
}
