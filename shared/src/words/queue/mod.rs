//! The queue's words: a ring with two ends, each under a lock of its own, and a lease record for each worker.
//!
//! Who puts and who takes do not meet: each end has its lock, its place in the ring, and a note of where the other end was
//! when somebody last looked, all in one cache line. Only when the note promises too little room, or too few items, the
//! other end's line is fetched. So this is the two-lock queue of Michael and Scott (PODC 1996), over a ring instead of a list,
//! with the noted places of MCRingBuffer (Lee, Bu and Chandranmenon, IPDPS 2010). The locks are [`brief`](super::brief):
//! an operation has one atomic exchange, as in one without locks. What is rare (sleep, close, items that come back) holds
//! both locks and sees a queue that stands still.
//!
//! Whoever takes the take end's lock after its holder's death is told. Most changes become true with **one** store: the put end's place
//! for a put, the take end's place for a get, the lease word for an acknowledgement. Where two words must change together (a
//! lease moves items out of the ring, a return moves them back) an *intent* is written first: see [`leases`].
//!
//! An item is in the ring or in exactly one lease, never in both, never in neither: that is the whole promise.
//!
//! ```text
//!         take.place            put.place         leases[w]   tid | first | count     one word: who holds what
//!              v                    v             areas[w]    the leased items, copied out of the ring
//!   ring  . . .[a][b][c][d] . . . . . .           intent      0, or the change that is half done
//! ```

mod leases;
mod sleep;

pub use leases::{lease_range, lease_word};
pub use sleep::SLEEPERS;

use super::brief::{acquire, release};
use crate::robust::RobustWord;
use crate::sync::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    Patience,
};
use sleep::{ring, somebody_sleeps, wake};

/// The most items that move in one step; more take several steps.
pub const MAX_BATCH: usize = 32;

/// What a put gives when the queue is closed.
pub const CLOSED: u64 = u64::MAX;

/// One end of the queue: only who holds its lock moves it.
#[repr(C)]
pub struct End {
    /// Held during every change at this end.
    pub lock: RobustWord,
    /// The put end: where the next item goes. The take end: where the first item is; counts up with each item that leaves,
    /// down with each that comes back.
    pub place: AtomicU64,
    /// The other end's place when somebody here last looked. It may have moved on since then: there are at least so many
    /// items, or so much room.
    pub seen: AtomicU64,
    /// Rung when this end has moved: see [`sleep`].
    pub bell: AtomicU32,
}

/// What follows begins a cache line.
#[repr(align(64))]
pub struct Line;

/// The words that every operation uses.
#[repr(C)]
pub struct Control {
    /// Where items come in; its bell calls those who wait for items.
    pub put: End,
    /// Who puts and who takes share no cache line.
    pub line: Line,
    /// Where items go out; its bell calls those who wait for room.
    pub take: End,
    /// 0, or `kind | worker | count` of a change of two words that is under way at the take end.
    pub intent: AtomicU64,
    /// The take end's place before that change.
    pub intent_head: AtomicU64,
    /// What follows changes hardly ever.
    pub rare: Line,
    /// Calls those who wait until everything is acknowledged.
    pub drained: AtomicU32,
    /// 1 when nothing may be put in any more. Changes under both locks.
    pub closed: AtomicU32,
    /// How many ends of workers have been looked at for leases they left behind.
    pub buried: AtomicU64,
}

/// A worker, and how it learns of others' deaths.
#[derive(Clone, Copy)]
pub struct Caller<'c> {
    /// The worker's number.
    pub me: usize,
    /// Its thread id.
    pub tid: u32,
    /// Counts every worker's end, after the kernel has marked its words.
    pub ends: &'c AtomicU64,
    /// Whether worker `w` is still the process with this thread id.
    pub alive: &'c (dyn Fn(usize, u32) -> bool + Sync),
}

/// A queue's memory, as one worker sees it.
#[derive(Clone, Copy)]
pub struct Memory<'m> {
    /// The worker.
    pub caller: Caller<'m>,
    /// The words that every operation uses.
    pub control: &'m Control,
    /// One word a worker: thread id in the upper half, then first and count of its items, 16 bits each; 0 without a lease.
    pub leases: &'m [AtomicU64],
    /// [`MAX_BATCH`] items a worker.
    pub areas: &'m [AtomicU64],
    /// The items; their number of places is a power of two.
    pub ring: &'m [AtomicU64],
    /// How many places that is.
    pub places: u64,
    /// Words an item.
    pub words: usize,
    /// How many items fit before a put waits.
    pub capacity: u64,
}

/// Places in a ring for `capacity` items: room as well for everything that may come back from leases, rounded up so that a
/// place is the low bits of a count that may wrap.
#[inline]
pub fn places(capacity: usize, workers: usize) -> usize {
    (capacity + workers * MAX_BATCH).next_power_of_two()
}

impl<'m> Memory<'m> {
    /// Puts up to `count` items, as many as there is room for, at least one; waits for room. Gives how many, or [`CLOSED`].
    #[inline(always)]
    pub fn put(&self, words: usize, count: usize, word: impl Fn(usize) -> u64) -> u64 {
        match self.put_now(words, count, &word) {
            0 => self.put_patiently(words, count, &word),
            put => put,
        }
    }

    #[cold]
    fn put_patiently(&self, words: usize, count: usize, word: &impl Fn(usize) -> u64) -> u64 {
        let mut patience = Patience::fresh();
        loop {
            // Who takes items waits for us when there is none left.
            if !patience.give_way(&|| self.in_ring() == 0) {
                self.sleep_for_room();
            }
            match self.put_now(words, count, word) {
                0 => {}
                put => return put,
            }
        }
    }

    /// As [`put`](Memory::put), but does not wait: gives 0 when there is no room.
    #[inline(always)]
    fn put_now(&self, words: usize, count: usize, word: &impl Fn(usize) -> u64) -> u64 {
        let put = &self.control.put;
        self.enter_put();
        if self.control.closed.load(Relaxed) != 0 {
            release(&put.lock);
            return CLOSED;
        }
        let tail = put.place.load(Relaxed);
        let count = self.room(tail, count.min(MAX_BATCH) as u64);
        if count == 0 {
            release(&put.lock);
            return 0;
        }
        for item in 0..count {
            let slot = self.slot(tail.wrapping_add(item), words);
            (0..words).for_each(|at| slot[at].store(word(item as usize * words + at), Relaxed));
        }
        // Killed before this store, we have put nothing. Release: partner of the acquire in `items`.
        put.place.store(tail.wrapping_add(count), Release);
        let asleep = somebody_sleeps(&put.bell);
        release(&put.lock);
        if asleep {
            ring(&put.bell, count as i32);
        }
        count
    }

    /// Takes the first item for good. Gives 0 when the queue is closed and everything in it is done, or, without `wait`,
    /// when there is none; else 1.
    #[inline(always)]
    pub fn take(&self, words: usize, wait: bool, mut deliver: impl FnMut(usize, u64)) -> u64 {
        let take = &self.control.take;
        if self.enter_for_items(wait, 1) == 0 {
            return 0;
        }
        let head = take.place.load(Relaxed);
        self.slot(head, words).iter().enumerate().for_each(|(at, word)| deliver(at, word.load(Relaxed)));
        // From here on nobody else will ever see the item. Release: partner of the acquire in `room`.
        take.place.store(head.wrapping_add(1), Release);
        let over = self.has_drained();
        self.leave_with_room(1);
        self.tell(over);
        1
    }

    /// Takes up to `max` of the first items, to be acknowledged. Gives how many; 0 when the queue is closed and
    /// everything in it is done.
    ///
    /// # Panics
    /// When the worker holds a lease of this queue already.
    #[inline(always)]
    pub fn lease(&self, words: usize, max: usize) -> u64 {
        assert!(!self.holds_lease(), "a second lease by the same worker");
        let count = self.enter_for_items(true, max.min(MAX_BATCH) as u64);
        if count > 0 {
            self.move_out(words, count);
            self.leave_with_room(count);
        }
        count
    }

    /// Frees the take end, and wakes those who wait for the room of so many items.
    #[inline(always)]
    fn leave_with_room(&self, count: u64) {
        let take = &self.control.take;
        let asleep = somebody_sleeps(&take.bell);
        release(&take.lock);
        if asleep {
            ring(&take.bell, count as i32);
        }
    }

    /// Acknowledges the first `count` items of the caller's lease.
    #[inline(always)]
    pub fn acknowledge(&self, count: usize) {
        self.enter_take();
        self.shorten(count);
        let over = self.has_drained();
        release(&self.control.take.lock);
        self.tell(over);
    }

    /// Gives the items of the caller's lease that are not acknowledged back to the head.
    pub fn give_back(&self) {
        self.enter_both();
        let count = self.put_back(self.caller.me);
        self.leave_both();
        wake(&self.control.put.bell, count as i32);
    }

    /// Whether there is no item to take. Out of date as soon as it is known.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.enter_take();
        let empty = self.items(1) == 0;
        release(&self.control.take.lock);
        empty
    }

    /// From now on nothing can be put in. Who waits for room is refused; who waits for items takes what is left.
    pub fn close(&self) {
        self.enter_both();
        self.control.closed.store(1, Relaxed);
        self.leave_both();
        wake(&self.control.put.bell, i32::MAX);
        wake(&self.control.take.bell, i32::MAX);
    }

    /// The words of the item that `place` counts to.
    #[inline(always)]
    fn slot(&self, place: u64, words: usize) -> &'m [AtomicU64] {
        let start = (place & (self.places - 1)) as usize * words;
        &self.ring[start..start + words]
    }

    /// How many of `wanted` items there is room for. The put lock is held, and the put end stands at `tail`.
    #[inline(always)]
    fn room(&self, tail: u64, wanted: u64) -> u64 {
        let Control { put, take, .. } = self.control;
        let room = |head: u64| self.capacity.saturating_sub(tail.wrapping_sub(head));
        let sure = room(put.seen.load(Relaxed));
        if sure >= wanted {
            return wanted;
        }
        // Acquire: partner of the release in `take` and `move_out`: who took an item has read it.
        let head = take.place.load(Acquire);
        put.seen.store(head, Relaxed);
        room(head).min(wanted)
    }

    /// How many of `wanted` items there are. The take lock is held.
    #[inline(always)]
    fn items(&self, wanted: u64) -> u64 {
        let Control { put, take, .. } = self.control;
        let head = take.place.load(Relaxed);
        let sure = take.seen.load(Relaxed).wrapping_sub(head);
        if sure >= wanted {
            return wanted;
        }
        // Acquire: partner of the release in `put`: who put an item has written it.
        let tail = put.place.load(Acquire);
        take.seen.store(tail, Relaxed);
        tail.wrapping_sub(head).min(wanted)
    }

    /// Locks the put end. A death with this lock left nothing half done.
    #[inline(always)]
    fn enter_put(&self) {
        self.look_for_the_dead();
        acquire(&self.control.put.lock, self.caller.tid);
    }

    /// Locks the take end.
    #[inline(always)]
    fn enter_take(&self) {
        self.look_for_the_dead();
        self.lock_take();
    }

    /// Locks both ends: nothing changes.
    fn enter_both(&self) {
        self.look_for_the_dead();
        self.lock_both();
    }

    #[inline(always)]
    fn lock_take(&self) {
        if acquire(&self.control.take.lock, self.caller.tid) {
            self.repair();
        }
    }

    /// Always in this order, or two would wait for each other.
    fn lock_both(&self) {
        self.lock_take();
        acquire(&self.control.put.lock, self.caller.tid);
    }

    #[inline(always)]
    fn leave_both(&self) {
        release(&self.control.put.lock);
        release(&self.control.take.lock);
    }

    /// Locks the take end with up to `wanted` items in the ring, and gives how many; waits, if it may, until there is one. 0,
    /// and no lock: there will be none (or is none, without `wait`).
    #[inline(always)]
    fn enter_for_items(&self, wait: bool, wanted: u64) -> u64 {
        self.enter_take();
        match self.items(wanted) {
            0 => self.await_items(wait, wanted),
            count => count,
        }
    }

    /// Goes on with the take end locked and no items in the ring.
    #[cold]
    fn await_items(&self, wait: bool, wanted: u64) -> u64 {
        let mut patience = Patience::fresh();
        loop {
            // While somebody holds a lease, its items may still come back: who leaves now would never do them.
            let over = !wait || self.is_over();
            release(&self.control.take.lock);
            if over {
                return 0;
            }
            // Who puts items in waits for us when there is no room left.
            if !patience.give_way(&|| self.in_ring() >= self.capacity) {
                self.sleep_for_items();
            }
            self.enter_take();
            let count = self.items(wanted);
            if count > 0 {
                return count;
            }
        }
    }
}
