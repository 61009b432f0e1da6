//! `Queue`: a bounded first-in, first-out queue between processes, like Python's `multiprocessing.JoinableQueue`, that
//! survives the death of whoever uses it.
//!
//! The items lie in shared memory: nothing is serialised and no helper thread feeds a pipe. There are two ways to take
//! one. `get` takes it **for good**: if the worker dies before it has done the work, the item is lost. A [`Lease`] takes
//! items **until they are acknowledged**: if the worker dies first, they go back to the head of the queue, and somebody
//! else does them. How the words change stands in [`words::queue`](crate::words::queue).

use std::marker::PhantomData;

use crate::baton::{Action, Op, hooked, pass, pass_with};
use crate::plain::{MAX_WORDS, Plain};
use crate::process;
use crate::region::{Cursor, Kind, QueuePlaces};
use crate::words::queue::{CLOSED, Caller, Control, MAX_BATCH, Memory, places};

/// The queue is closed: nothing can be put in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the queue is closed")
    }
}

impl std::error::Error for Closed {}

/// A bounded queue of plain items that all workers see.
#[derive(Clone, Copy)]
pub struct Queue<T> {
    memory: Memory<'static>,
    object: u32,
    of: PhantomData<T>,
}

impl<T: Plain> Queue<T> {
    /// Takes the next object of the board, which must be a queue of such items.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (object, kind, offset, region) = cursor.take();
        let Kind::Queue { words, capacity, workers } = kind else { panic!("object {object} is no queue") };
        assert_eq!(words, T::WORDS, "object {object} has items of another size");
        assert!(words <= MAX_WORDS, "an item of {words} words is too large: at most {MAX_WORDS}");
        let at = QueuePlaces::new(words, capacity, workers);
        let control = region.words(offset, at.leases / 8).as_ptr().cast::<Control>();
        assert!(control.is_aligned(), "object {object} does not begin a cache line");
        let caller = Caller {
            me: process::me() as usize,
            tid: process::tid(),
            ends: process::ends(),
            alive: &process::is_alive,
        };
        let memory = Memory {
            caller,
            // SAFETY: `words` has checked the bounds, the struct is made of atomics and shorter than `leases`, and it is aligned.
            control: unsafe { &*control },
            leases: region.words(offset + at.leases, workers),
            areas: region.words(offset + at.areas, workers * MAX_BATCH * words),
            ring: region.words(offset + at.ring, places(capacity, workers) * words),
            places: places(capacity, workers) as u64,
            words,
            capacity: capacity as u64,
        };
        Queue { memory, object, of: PhantomData }
    }

    /// How many items fit before a put waits.
    pub fn capacity(&self) -> usize {
        self.memory.capacity as usize
    }

    #[inline(always)]
    fn pass(&self, action: Action, a: u64, mut act: impl FnMut() -> u64) -> u64 {
        if hooked() { pass(Op { action, object: self.object, a, b: 0 }, &mut act) } else { act() }
    }

    /// Puts an item at the end; waits while the queue is full.
    ///
    /// # Errors
    /// When the queue is closed.
    #[inline(always)]
    pub fn put(&self, item: T) -> Result<(), Closed> {
        self.put_all(&[item])
    }

    /// Puts all items at the end, in order, as many in one step as there is room for (at most [`MAX_BATCH`]); waits while
    /// the queue is full. One step costs about as much as for a single item.
    ///
    /// # Errors
    /// When the queue is closed, or is closed by somebody before everything is in.
    #[inline(always)]
    pub fn put_all(&self, items: &[T]) -> Result<(), Closed> {
        let mut rest = items;
        while !rest.is_empty() {
            let batch = &rest[..rest.len().min(MAX_BATCH)];
            let word = |at: usize| batch[at / T::WORDS].to_words()[at % T::WORDS];
            let mut act = || self.memory.put(T::WORDS, batch.len(), word);
            let put = if hooked() {
                let op = Op { action: Action::Put, object: self.object, a: batch.len() as u64, b: word(0) };
                pass_with(op, batch.len() * T::WORDS, &word, &mut act)
            } else {
                act()
            };
            if put == CLOSED {
                return Err(Closed);
            }
            rest = &rest[(put as usize).min(rest.len())..];
        }
        Ok(())
    }

    /// Takes the first item **for good**; waits while there is none. `None`: the queue is closed and all that was put in
    /// is done.
    #[inline(always)]
    pub fn get(&self) -> Option<T> {
        self.take_one(Action::Take, true)
    }

    /// Takes the first item **for good** if there is one now. `None` says nothing about the next moment.
    #[inline(always)]
    pub fn try_get(&self) -> Option<T> {
        self.take_one(Action::TryTake, false)
    }

    #[inline(always)]
    fn take_one(&self, action: Action, wait: bool) -> Option<T> {
        let (taken, words) = if hooked() {
            self.take_seen(action, wait)
        } else {
            let mut words = [0; MAX_WORDS];
            (self.memory.take(T::WORDS, wait, |at, word| words[at] = word), words)
        };
        (taken == 1).then(|| T::from_words(words))
    }

    /// As [`Queue::take_one`], when somebody looks. By itself, so that the free one need not keep the item in memory.
    #[cold]
    fn take_seen(&self, action: Action, wait: bool) -> (u64, [u64; MAX_WORDS]) {
        let mut words = [0; MAX_WORDS];
        let op = Op { action, object: self.object, a: 1, b: 0 };
        let taken = pass(op, &mut || self.memory.take(T::WORDS, wait, |at, word| words[at] = word));
        (taken, words)
    }

    /// Takes up to `max` of the first items (at most [`MAX_BATCH`]) until they are acknowledged; waits while there is
    /// none. `None`: the queue is closed and all that was put in is done, by others too, so nothing can come back any more.
    ///
    /// # Panics
    /// When `max` is 0, or this worker holds a lease of this queue already.
    #[inline(always)]
    #[track_caller]
    pub fn lease(&self, max: usize) -> Option<Lease<T>> {
        assert!(max > 0, "lease(0): ask for at least one item");
        // Asked before the step: a panic in the middle of one would look like a step that gave nonsense.
        assert!(
            !self.memory.holds_lease(),
            "this worker holds a lease of this queue already: acknowledge it (`done`) first"
        );
        let count = self.pass(Action::Lease, max as u64, || self.memory.lease(T::WORDS, max));
        (count > 0).then(|| Lease { queue: *self, first: 0, count: count as usize })
    }

    /// Whether there is no item to take. Out of date as soon as it is known: others put and take meanwhile.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.pass(Action::IsEmpty, 0, || u64::from(self.memory.is_empty())) == 1
    }

    /// From now on nothing can be put in. Workers go on to take what is left; then they are told `None`.
    pub fn close(&self) {
        self.pass(Action::Close, 0, || {
            self.memory.close();
            0
        });
    }

    /// Waits until everything that was put in so far is done: taken for good, or leased and acknowledged.
    pub fn join(&self) {
        self.pass(Action::Join, 0, || {
            self.memory.join();
            0
        });
    }
}

/// Items taken until they are acknowledged. When a lease is dropped, or its worker dies, the items that have not been
/// acknowledged go back to the head of the queue, in their order.
#[must_use = "dropping a lease gives its items back; acknowledge them with `done`"]
pub struct Lease<T: Plain> {
    queue: Queue<T>,
    first: usize,
    count: usize,
}

impl<T: Plain> Lease<T> {
    /// How many items are left in it.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether all items are acknowledged.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Item `at` of those that are left. No operation: nobody else may touch a leased item.
    ///
    /// # Panics
    /// When `at` is not below [`Lease::len`].
    #[track_caller]
    pub fn get(&self, at: usize) -> T {
        assert!(at < self.count, "item {at} of a lease of {}", self.count);
        let mut words = [0; MAX_WORDS];
        for (word, to) in words.iter_mut().enumerate().take(T::WORDS) {
            let place = (self.first + at) * T::WORDS + word;
            *to = self.queue.memory.leased(T::WORDS, place);
        }
        T::from_words(words)
    }

    /// The items that are left, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        (0..self.count).map(|at| self.get(at))
    }

    /// Acknowledges all items: the work is done.
    #[inline(always)]
    pub fn done(mut self) {
        let count = self.count;
        self.acknowledge(count);
    }

    /// Acknowledges the first of the items that are left.
    ///
    /// # Panics
    /// When none is left.
    #[track_caller]
    pub fn done_first(&mut self) {
        assert!(self.count > 0, "every item of this lease is acknowledged already");
        self.acknowledge(1);
    }

    #[inline(always)]
    fn acknowledge(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let memory = self.queue.memory;
        self.queue.pass(Action::Acknowledge, count as u64, || {
            memory.acknowledge(count);
            0
        });
        (self.first, self.count) = (self.first + count, self.count - count);
    }
}

impl<T: Plain> Drop for Lease<T> {
    fn drop(&mut self) {
        if self.count > 0 {
            self.queue.pass(Action::GiveBack, 0, || {
                self.queue.memory.give_back();
                0
            });
        }
    }
}
