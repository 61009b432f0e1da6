//! Leases: how items leave the ring and come back, and what is done about a worker that dies meanwhile.
//!
//! Two words change together, so an **intent** says first what is under way. The next one to take the lock undoes a lease
//! that is half done (it was not handed out yet) and finishes a return (the items have been copied already).

use super::{MAX_BATCH, Memory, acquire, release, wake};
use crate::sync::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
    compiler_fence,
};

/// Intent: items go from the ring into a lease.
const LEASE: u64 = 1 << 62;
/// Intent: items go from a lease back to the ring.
const RETURN: u64 = 2 << 62;

/// First and count of a lease word.
#[inline(always)]
pub fn lease_range(word: u64) -> (usize, usize) {
    ((word >> 16 & 0xffff) as usize, (word & 0xffff) as usize)
}

/// A lease word.
#[inline(always)]
pub fn lease_word(tid: u32, first: usize, count: usize) -> u64 {
    if count == 0 { 0 } else { u64::from(tid) << 32 | (first as u64) << 16 | count as u64 }
}

impl<'m> Memory<'m> {
    /// Whether the caller holds a lease. Only itself changes that.
    #[inline(always)]
    pub fn holds_lease(&self) -> bool {
        self.leases[self.caller.me].load(Relaxed) >> 32 == u64::from(self.caller.tid)
    }

    /// Word `at` of the caller's lease area.
    #[inline(always)]
    pub fn leased(&self, words: usize, at: usize) -> u64 {
        self.area(self.caller.me, words)[at].load(Relaxed)
    }

    /// A worker's lease area.
    #[inline(always)]
    fn area(&self, w: usize, words: usize) -> &'m [AtomicU64] {
        &self.areas[w * MAX_BATCH * words..]
    }

    /// Moves the first `count` items from the ring into the caller's lease. The take lock is held.
    #[inline(always)]
    pub(super) fn move_out(&self, words: usize, count: u64) {
        let head = self.control.take.place.load(Relaxed);
        let area = self.area(self.caller.me, words).chunks_exact(words);
        for (item, to) in (0..count).zip(area) {
            let from = self.slot(head.wrapping_add(item), words);
            to.iter().zip(from).for_each(|(to, from)| to.store(from.load(Relaxed), Relaxed));
        }
        self.intend(LEASE, self.caller.me, count, head);
        in_order(&self.leases[self.caller.me], lease_word(self.caller.tid, 0, count as usize));
        // Release: partner of the acquire in `room`.
        self.control.take.place.store(head.wrapping_add(count), Release);
        in_order(&self.control.intent, 0);
    }

    /// Takes the first `count` items out of the caller's lease. The take lock is held.
    #[inline(always)]
    pub(super) fn shorten(&self, count: usize) {
        let (first, left) = lease_range(self.leases[self.caller.me].load(Relaxed));
        in_order(&self.leases[self.caller.me], lease_word(self.caller.tid, first + count, left.saturating_sub(count)));
    }

    /// Moves what is left of a worker's lease back to the head; gives how many items. Both locks are held.
    pub(super) fn put_back(&self, worker: usize) -> u64 {
        let (first, count) = lease_range(self.leases[worker].load(Relaxed));
        let head = self.control.take.place.load(Relaxed);
        let back = head.wrapping_sub(count as u64);
        let area = self.area(worker, self.words).chunks_exact(self.words).skip(first);
        for (item, from) in (0..count as u64).zip(area) {
            let to = self.slot(back.wrapping_add(item), self.words);
            to.iter().zip(from).for_each(|(to, from)| to.store(from.load(Relaxed), Relaxed));
        }
        self.intend(RETURN, worker, count as u64, head);
        self.retreat(worker, back);
        count as u64
    }

    #[inline(always)]
    fn intend(&self, kind: u64, worker: usize, count: u64, head: u64) {
        in_order(&self.control.intent_head, head);
        in_order(&self.control.intent, kind | (worker as u64) << 32 | count);
    }

    /// The take end's last holder died with the lock: undoes or finishes what it was in the middle of. All stores are of
    /// values that do not depend on how far it came, so dying here, too, does no harm.
    #[cold]
    pub(super) fn repair(&self) {
        let intent = self.control.intent.load(Relaxed);
        let (worker, count) = ((intent >> 32 & 0xffff) as usize, intent & 0xffff_ffff);
        let head = self.control.intent_head.load(Relaxed);
        let head = match intent >> 62 << 62 {
            LEASE => head,
            RETURN => head.wrapping_sub(count),
            _ => return,
        };
        acquire(&self.control.put.lock, self.caller.tid);
        self.retreat(worker, head);
        release(&self.control.put.lock);
    }

    /// Ends an intent: the worker has no lease, and the take end is back where its items are. Both locks are held, because
    /// who puts must not believe in room that is there no longer.
    fn retreat(&self, worker: usize, head: u64) {
        in_order(&self.leases[worker], 0);
        in_order(&self.control.take.place, head);
        in_order(&self.control.put.seen, head);
        in_order(&self.control.intent, 0);
    }

    /// Every operation begins with this: a worker's end may have left a lease behind.
    #[inline(always)]
    pub(super) fn look_for_the_dead(&self) {
        // Acquire: partner of the release that counts an end; whoever has ended is then seen as not alive.
        let ends = self.caller.ends.load(Acquire);
        if ends != self.control.buried.load(Relaxed) {
            self.bury(ends);
        }
    }

    /// Puts back the leases of those who are not alive any more.
    #[cold]
    fn bury(&self, ends: u64) {
        self.lock_both();
        let left = |worker: &usize| {
            let lease = self.leases[*worker].load(Relaxed);
            lease != 0 && !(self.caller.alive)(*worker, (lease >> 32) as u32)
        };
        let back: u64 = (0..self.leases.len()).filter(left).map(|worker| self.put_back(worker)).sum();
        in_order(&self.control.buried, ends);
        self.leave_both();
        wake(&self.control.put.bell, back as i32);
    }
}

/// Stores a word after everything that stands before it and before everything that follows. The locks order memory
/// between the living; this is for our death: `repair` relies on how far we came. A kill comes between two instructions, so
/// only the compiler must not reorder.
#[inline(always)]
fn in_order(word: &AtomicU64, value: u64) {
    compiler_fence(SeqCst);
    word.store(value, Relaxed);
    compiler_fence(SeqCst);
}
