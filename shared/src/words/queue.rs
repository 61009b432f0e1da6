//! The queue's words: a ring under a robust lock, with a lease record for each worker.
//!
//! Everything happens while the lock is held, so at any moment at most one worker is in the middle of a change, and whoever
//! takes the lock after its death is told. Most changes become true with **one** store: `tail` for a put, `head` for a
//! get, the lease word for an acknowledgement. Where two words must change together (a lease moves items out of the ring, a
//! return moves them back) an *intent* is written first, and the next one to take the lock undoes or finishes it.
//!
//! An item is in the ring or in exactly one lease, never in both, never in neither: that is the whole promise.
//!
//! ```text
//!            head                 tail          leases[w]   tid | first | count     one word: who holds what
//!              v                    v           areas[w]    the leased items, copied out of the ring
//!   ring  . . .[a][b][c][d] . . . . . .         intent      0, or the change that is half done
//! ```

use super::lock;
use super::{LOOK_AGAIN, WAITERS};
use crate::robust::RobustWord;
use crate::sync::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, SeqCst},
    compiler_fence, futex_wait, futex_wake,
};

/// The most items that move in one step; more take several steps.
pub const MAX_BATCH: usize = 32;

/// What a put gives when the queue is closed.
pub const CLOSED: u64 = u64::MAX;

/// The words that every operation uses.
#[repr(C)]
pub struct Control {
    /// Held during every change.
    pub lock: RobustWord,
    /// Three futex words: bit 31 says that somebody sleeps, the rest counts, so that no sleeper mistakes one wake-up for another.
    pub items: AtomicU32,
    /// As `items`, for those who wait for room.
    pub room: AtomicU32,
    /// As `items`, for those who wait until everything is acknowledged.
    pub drained: AtomicU32,
    /// 1 when nothing may be put in any more.
    pub closed: AtomicU32,
    /// Where the first item is; counts up with each item that leaves, down with each that comes back.
    pub head: AtomicU64,
    /// Where the next item goes.
    pub tail: AtomicU64,
    /// How many ends of workers have been looked at for leases they left behind.
    pub seen: AtomicU64,
    /// 0, or `kind | worker | count` of a change of two words that is under way.
    pub intent: AtomicU64,
    /// `head` before that change.
    pub intent_head: AtomicU64,
}

/// Intent: items go from the ring into a lease. Undone when found half done: the lease was not handed out yet.
const LEASE: u64 = 1 << 62;
/// Intent: items go from a lease back to the ring. Finished when found half done: they have been copied already.
const RETURN: u64 = 2 << 62;

/// Who calls, and how it learns of deaths.
#[derive(Clone, Copy)]
pub struct Caller<'c> {
    /// The worker's number.
    pub me: usize,
    /// Its thread id.
    pub tid: u32,
    /// Counts every worker's end, after the kernel has marked its words.
    pub ends: &'c AtomicU64,
    /// Whether worker `w` is still the process with this thread id.
    pub alive: &'c dyn Fn(usize, u32) -> bool,
}

/// A queue's memory.
#[derive(Clone, Copy)]
pub struct Memory<'m> {
    /// The words that every operation uses.
    pub control: &'m Control,
    /// One word a worker: thread id in the upper half, then first and count of its items, 16 bits each; 0 without a lease.
    pub leases: &'m [AtomicU64],
    /// [`MAX_BATCH`] items a worker.
    pub areas: &'m [AtomicU64],
    /// The items; their number of places is a power of two.
    pub ring: &'m [AtomicU64],
    /// Words an item.
    pub words: usize,
    /// How many items fit before a put waits.
    pub capacity: u64,
}

/// Places in a ring for `capacity` items: room as well for everything that may come back from leases, rounded up so that a
/// place is the low bits of a count that may wrap.
pub fn places(capacity: usize, workers: usize) -> usize {
    (capacity + workers * MAX_BATCH).next_power_of_two()
}

/// First and count of a lease word.
pub fn lease_range(word: u64) -> (usize, usize) {
    ((word >> 16 & 0xffff) as usize, (word & 0xffff) as usize)
}

/// A lease word.
pub fn lease_word(tid: u32, first: usize, count: usize) -> u64 {
    if count == 0 { 0 } else { u64::from(tid) << 32 | (first as u64) << 16 | count as u64 }
}

impl<'m> Memory<'m> {
    /// Puts up to `count` items, as many as there is room for, at least one; waits for room. Gives how many, or [`CLOSED`].
    pub fn put(&self, caller: Caller, count: usize, word: impl Fn(usize) -> u64) -> u64 {
        loop {
            let mut held = self.enter(caller);
            if self.control.closed.load(Relaxed) != 0 {
                held.leave();
                return CLOSED;
            }
            let room = self.capacity.saturating_sub(self.len());
            if room == 0 {
                held.sleep(&self.control.room);
                continue;
            }
            let tail = self.control.tail.load(Relaxed);
            let count = room.min(count.min(MAX_BATCH) as u64);
            for at in 0..count as usize * self.words {
                self.slot(tail, at).store(word(at), Relaxed);
            }
            // Killed before this store, we have put nothing.
            in_order(&self.control.tail, tail.wrapping_add(count));
            held.items += count as i32;
            held.leave();
            return count;
        }
    }

    /// Takes the first item for good. Gives 0 when the queue is closed and everything in it is done, or, without `wait`,
    /// when there is none; else 1.
    pub fn take(&self, caller: Caller, wait: bool, mut deliver: impl FnMut(usize, u64)) -> u64 {
        let Some(mut held) = self.enter_for_items(caller, wait) else { return 0 };
        let head = self.control.head.load(Relaxed);
        for at in 0..self.words {
            deliver(at, self.slot(head, at).load(Relaxed));
        }
        // From here on nobody else will ever see the item.
        in_order(&self.control.head, head.wrapping_add(1));
        held.room += 1;
        held.note_drained();
        held.leave();
        1
    }

    /// Takes up to `max` of the first items, to be acknowledged. Gives how many; 0 when the queue is closed and
    /// everything in it is done.
    ///
    /// # Panics
    /// When the worker holds a lease of this queue already.
    pub fn lease(&self, caller: Caller, max: usize) -> u64 {
        assert!(!self.is_leased_by(caller.me, caller.tid), "a second lease by the same worker");
        let Some(mut held) = self.enter_for_items(caller, true) else { return 0 };
        let head = self.control.head.load(Relaxed);
        let count = self.len().min(max.min(MAX_BATCH) as u64);
        for at in 0..count as usize * self.words {
            self.area(caller.me, at).store(self.slot(head, at).load(Relaxed), Relaxed);
        }
        self.intend(LEASE, caller.me, count, head);
        in_order(&self.leases[caller.me], lease_word(caller.tid, 0, count as usize));
        in_order(&self.control.head, head.wrapping_add(count));
        in_order(&self.control.intent, 0);
        held.room += count as i32;
        held.leave();
        count
    }

    /// Whether this worker, as long as it is the process with this thread id, holds a lease. Only itself changes that.
    pub fn is_leased_by(&self, worker: usize, tid: u32) -> bool {
        self.leases[worker].load(Relaxed) >> 32 == u64::from(tid)
    }

    /// Acknowledges the first `count` items of the caller's lease.
    pub fn acknowledge(&self, caller: Caller, count: usize) {
        let mut held = self.enter(caller);
        let (first, left) = lease_range(self.leases[caller.me].load(Relaxed));
        let word = lease_word(caller.tid, first + count, left.saturating_sub(count));
        in_order(&self.leases[caller.me], word);
        held.note_drained();
        held.leave();
    }

    /// Gives the items of the caller's lease that are not acknowledged back to the head.
    pub fn give_back(&self, caller: Caller) {
        let mut held = self.enter(caller);
        held.items += self.put_back(caller.me) as i32;
        held.leave();
    }

    /// Whether there is no item to take. Out of date as soon as it is known.
    pub fn is_empty(&self, caller: Caller) -> bool {
        let held = self.enter(caller);
        let empty = self.len() == 0;
        held.leave();
        empty
    }

    /// From now on nothing can be put in. Who waits for room is refused; who waits for items takes what is left.
    pub fn close(&self, caller: Caller) {
        let mut held = self.enter(caller);
        self.control.closed.store(1, Relaxed);
        (held.items, held.room) = (i32::MAX, i32::MAX);
        held.leave();
    }

    /// Waits until every item that was put in is taken for good or acknowledged.
    pub fn join(&self, caller: Caller) {
        loop {
            let held = self.enter(caller);
            if self.is_drained() {
                held.leave();
                return;
            }
            held.sleep(&self.control.drained);
        }
    }

    /// Word `at` of the items in worker `w`'s lease area.
    pub fn area(&self, w: usize, at: usize) -> &'m AtomicU64 {
        &self.areas[w * MAX_BATCH * self.words + at]
    }

    /// Word `at`, counted from the item that `place` counts to.
    fn slot(&self, place: u64, at: usize) -> &'m AtomicU64 {
        let places = self.ring.len() / self.words;
        let item = place.wrapping_add((at / self.words) as u64) as usize & (places - 1);
        &self.ring[item * self.words + at % self.words]
    }

    fn len(&self) -> u64 {
        self.control.tail.load(Relaxed).wrapping_sub(self.control.head.load(Relaxed))
    }

    fn is_drained(&self) -> bool {
        self.len() == 0 && self.leases.iter().all(|lease| lease.load(Relaxed) == 0)
    }

    /// Takes the lock and leaves the queue whole: what its last holder died over, and what the dead had leased.
    fn enter<'c>(&self, caller: Caller<'c>) -> Held<'m> {
        if lock::acquire(&self.control.lock, caller.tid) {
            self.repair();
        }
        let mut held = Held { queue: *self, items: 0, room: 0, drained: 0 };
        // Acquire: partner of the release that counts an end; whoever has ended is then seen as not alive.
        let ends = caller.ends.load(Acquire);
        if ends != self.control.seen.load(Relaxed) {
            held.items += self.collect(caller);
            self.control.seen.store(ends, Relaxed);
        }
        held
    }

    /// Waits, if it may, until there is an item; `None` when there will be none (or is none, without `wait`).
    fn enter_for_items(&self, caller: Caller, wait: bool) -> Option<Held<'m>> {
        loop {
            let held = self.enter(caller);
            if self.len() > 0 {
                return Some(held);
            }
            // While somebody holds a lease, its items may still come back: who leaves now would never do them.
            if !wait || self.control.closed.load(Relaxed) != 0 && self.is_drained() {
                held.leave();
                return None;
            }
            held.sleep(&self.control.items);
        }
    }

    fn intend(&self, kind: u64, worker: usize, count: u64, head: u64) {
        in_order(&self.control.intent_head, head);
        in_order(&self.control.intent, kind | (worker as u64) << 32 | count);
    }

    /// Moves what is left of a worker's lease back to the head; gives how many items.
    fn put_back(&self, worker: usize) -> u64 {
        let (first, count) = lease_range(self.leases[worker].load(Relaxed));
        let head = self.control.head.load(Relaxed);
        let back = head.wrapping_sub(count as u64);
        for at in 0..count * self.words {
            self.slot(back, at).store(self.area(worker, first * self.words + at).load(Relaxed), Relaxed);
        }
        self.intend(RETURN, worker, count as u64, head);
        in_order(&self.leases[worker], 0);
        in_order(&self.control.head, back);
        in_order(&self.control.intent, 0);
        count as u64
    }

    /// The last holder of the lock died with it: undoes or finishes what it was in the middle of. All stores are of values
    /// that do not depend on how far it came, so dying here, too, does no harm.
    fn repair(&self) {
        let intent = self.control.intent.load(Relaxed);
        let (worker, count) = ((intent >> 32 & 0xffff) as usize, intent & 0xffff_ffff);
        let head = self.control.intent_head.load(Relaxed);
        match intent >> 62 << 62 {
            LEASE => in_order(&self.control.head, head),
            RETURN => in_order(&self.control.head, head.wrapping_sub(count)),
            _ => return,
        }
        in_order(&self.leases[worker], 0);
        in_order(&self.control.intent, 0);
    }

    /// Puts back the leases of those who are not alive any more; gives how many items.
    fn collect(&self, caller: Caller) -> i32 {
        let left = |worker: &usize| {
            let lease = self.leases[*worker].load(Relaxed);
            lease != 0 && !(caller.alive)(*worker, (lease >> 32) as u32)
        };
        (0..self.leases.len()).filter(left).map(|worker| self.put_back(worker) as i32).sum()
    }
}

/// The lock is held; how many sleepers of each kind have to be woken when it is freed.
struct Held<'m> {
    queue: Memory<'m>,
    items: i32,
    room: i32,
    drained: i32,
}

impl Held<'_> {
    /// Something was taken for good or acknowledged: perhaps it was the last thing.
    fn note_drained(&mut self) {
        let control = self.queue.control;
        let awaited = control.drained.load(Relaxed) & WAITERS != 0 || control.closed.load(Relaxed) != 0;
        if awaited && self.queue.is_drained() {
            (self.drained, self.items) = (i32::MAX, i32::MAX);
        }
    }

    /// Frees the lock, then wakes: woken first, they would only run into the lock.
    fn leave(self) {
        let control = self.queue.control;
        let bells = [(&control.items, self.items), (&control.room, self.room), (&control.drained, self.drained)];
        let rung = bells.map(|(word, count)| ring(word, count));
        lock::release(&control.lock);
        for ((word, count), rung) in bells.into_iter().zip(rung) {
            let Some(rung) = rung else { continue };
            // A sleeper that came since then changed the word: its bit stays.
            if futex_wake(word, count) == 0 {
                let _ = word.compare_exchange(rung, rung & !WAITERS, Relaxed, Relaxed);
            }
        }
    }

    /// Frees the lock and sleeps until the word changes. With a limit: whoever should wake us may be killed before it does,
    /// and a dead worker's lease comes back only when somebody looks.
    fn sleep(self, word: &AtomicU32) {
        let asleep = word.load(Relaxed).wrapping_add(1) | WAITERS;
        word.store(asleep, Relaxed);
        self.leave();
        futex_wait(word, asleep, Some(LOOK_AGAIN));
    }
}

/// Stores a word after everything that stands before it and before everything that follows. The lock orders memory
/// between the living; this is for our death: `repair` relies on how far we came. A kill comes between two instructions, so
/// only the compiler must not reorder.
fn in_order(word: &AtomicU64, value: u64) {
    compiler_fence(SeqCst);
    word.store(value, Relaxed);
    compiler_fence(SeqCst);
}

/// If there is somebody to wake, changes the word, so that who is about to fall asleep on it does not; gives what it holds now.
fn ring(word: &AtomicU32, count: i32) -> Option<u32> {
    let now = word.load(Relaxed);
    let rung = now.wrapping_add(1) | WAITERS;
    (count > 0 && now & WAITERS != 0).then(|| {
        word.store(rung, Relaxed);
        rung
    })
}
