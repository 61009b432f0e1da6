//! `Crew`: what a supervisor knows of its workers and can do about them, like Python's `Process.is_alive`, `join`,
//! `terminate` and `start` for a list of processes.
//!
//! A supervisor is a worker process like the others; it cannot fork for them. Free, the process that has forked
//! everybody (see [`process`](crate::process)) does what the supervisor orders through two words of shared memory. Stepped,
//! every operation is a step that the grader answers.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use crate::baton::{Action, Op, ask};
use crate::process::{self, Fate};
use crate::queue::Closed;
use crate::region::{Cursor, Kind, Region};
use crate::sys;

/// How often a crew starts workers anew before it gives up: who dies that often will die again.
pub const MAX_RESPAWNS: u32 = 8;

/// The work cannot be finished: a producer died with its tasks, or workers die again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned;

impl std::fmt::Display for Abandoned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the work was abandoned")
    }
}

impl std::error::Error for Abandoned {}

impl From<Closed> for Abandoned {
    fn from(_: Closed) -> Self {
        Abandoned
    }
}

/// The end of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// This worker's function returned.
    Finished(u32),
    /// This worker died before that.
    Died(u32),
}

/// A supervisor's handle on its producers and workers. Workers are numbered from 0.
pub struct Crew {
    object: u32,
    orders: &'static Orders,
    producers: u64,
    workers: u32,
    /// Bit set of the workers whose end has been told.
    told: u64,
    respawns: u32,
}

impl Crew {
    /// Takes the next object of the board, which must be a crew: the workers are the processes `0..workers`, the
    /// producers the `producers` after them.
    pub fn take(cursor: &mut Cursor, workers: u32, producers: u32) -> Crew {
        let (object, kind, offset, region) = cursor.take();
        assert!(matches!(kind, Kind::Crew), "object {object} is no crew");
        let producers = first(producers) << workers;
        Crew { object, orders: Orders::at(region, offset), producers, workers, told: 0, respawns: 0 }
    }

    /// How many workers there are, dead or alive.
    pub fn workers(&self) -> u32 {
        self.workers
    }

    /// Waits until every producer has ended.
    ///
    /// # Errors
    /// When one of them died: its tasks are not all there.
    pub fn wait_producers(&mut self) -> Result<(), Abandoned> {
        if self.wait(self.producers) == 0 { Ok(()) } else { Err(Abandoned) }
    }

    /// How many workers have neither ended nor died. Out of date as soon as it is known.
    pub fn alive(&self) -> u32 {
        let alive =
            || all(first(self.workers)).filter(|w| process::fate(*w).is_none()).fold(0, |bits, w| bits | 1 << w);
        self.ask(Action::CrewAlive, first(self.workers), alive).count_ones()
    }

    /// Waits until a worker has ended whose end was not told yet, and tells it; `None` when all have been told.
    pub fn next_event(&mut self) -> Option<Event> {
        let untold = first(self.workers) & !self.told;
        let event = self.ask(Action::CrewNext, untold, || {
            loop {
                let bell = self.orders.bell();
                match all(untold).find_map(|w| Some((w, process::fate(w)?))) {
                    Some((w, fate)) => break next_word(w, fate == Fate::Died),
                    None if untold == 0 => break 0,
                    None => self.orders.listen(bell),
                }
            }
        });
        let worker = (event >> 1).checked_sub(1)? as u32;
        self.told |= 1 << worker;
        Some(if event & 1 == 1 { Event::Died(worker) } else { Event::Finished(worker) })
    }

    /// Starts a fresh process in a dead worker's place: it begins at the beginning, and [`Crew::next_event`] will tell its
    /// end as well. It has no part in the dead one's connections, which ended with that one: what it sends there goes
    /// nowhere and what it receives is the end, as for the other sides, who are told so before and after.
    ///
    /// # Errors
    /// After [`MAX_RESPAWNS`] respawns.
    ///
    /// # Panics
    /// When the worker is not dead.
    pub fn respawn(&mut self, worker: u32) -> Result<(), Abandoned> {
        assert!(worker < self.workers, "respawn({worker}): there are {} workers, numbered from 0", self.workers);
        if self.respawns == MAX_RESPAWNS {
            return Err(Abandoned);
        }
        self.respawns += 1;
        let done = self.ask(Action::CrewRespawn, u64::from(worker), || self.orders.give(Order::Respawn, worker));
        assert!(done == 1, "respawn({worker}): this worker has not died");
        self.told &= !(1 << worker);
        Ok(())
    }

    /// Kills a worker (SIGKILL): it has no chance to finish anything. Nothing happens if it has ended already.
    ///
    /// # Panics
    /// When there is no such worker.
    pub fn kill(&mut self, worker: u32) {
        assert!(worker < self.workers, "kill({worker}): there are {} workers, numbered from 0", self.workers);
        self.ask(Action::CrewKill, u64::from(worker), || self.orders.give(Order::Kill, worker));
    }

    /// Waits until every worker has ended, one way or the other; gives how many died.
    pub fn wait_workers(&mut self) -> u32 {
        let everyone = first(self.workers);
        self.told = everyone;
        self.wait(everyone).count_ones()
    }

    /// Waits until all of these have ended; gives the bit set of those that died.
    fn wait(&self, who: u64) -> u64 {
        self.ask(Action::CrewWait, who, || {
            loop {
                let bell = self.orders.bell();
                if all(who).all(|w| process::fate(w).is_some()) {
                    break all(who).filter(|w| process::fate(*w) == Some(Fate::Died)).fold(0, |bits, w| bits | 1 << w);
                }
                self.orders.listen(bell);
            }
        })
    }

    /// Any one step, for the tests of the toolkit; only stepped.
    #[doc(hidden)]
    pub fn operate(&self, op: &Op) -> u64 {
        self.ask(op.action, op.a, || unreachable!("the grader answers"))
    }

    fn ask(&self, action: Action, a: u64, mut work: impl FnMut() -> u64) -> u64 {
        ask(Op { action, object: self.object, a, b: 0 }, &mut work)
    }
}

/// What [`Crew::next_event`]'s step gives: the worker's number plus one, and whether it died.
pub fn next_word(worker: usize, died: bool) -> u64 {
    (worker as u64 + 1) << 1 | u64::from(died)
}

/// The bit set of processes `0..count`.
fn first(count: u32) -> u64 {
    (1 << count) - 1
}

fn all(set: u64) -> impl Iterator<Item = usize> {
    (0..crate::region::MAX_WORKERS).filter(move |w| set >> w & 1 == 1)
}

/// What a supervisor may order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Start a fresh process in a dead worker's place.
    Respawn,
    /// Kill a worker.
    Kill,
}

/// Bytes of [`Orders`].
pub(crate) const ORDER_BYTES: usize = 16;

/// The words through which a supervisor orders and learns, free.
#[repr(C)]
pub struct Orders {
    /// 0, or an order that is not carried out yet: 1 to respawn, 2 to kill, and the worker's number plus one above bit 16.
    order: AtomicU32,
    /// What the last order gave: 1 when it did something.
    result: AtomicU32,
    /// Counts the ends of workers.
    bell: AtomicU32,
    unused: u32,
}

/// How long a supervisor sleeps at most before it looks again, should nobody be left to ring.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Orders {
    /// The words at a byte offset of a region.
    pub fn at(region: &'static Region, offset: usize) -> &'static Orders {
        let words = region.words(offset, ORDER_BYTES / 8);
        // SAFETY: `words` has checked bounds and alignment; the struct has that size and is made of atomics.
        unsafe { &*words.as_ptr().cast::<Orders>() }
    }

    /// Orders and waits until it is done.
    fn give(&self, order: Order, worker: u32) -> u64 {
        // Release: partner of the acquire in `taken`.
        self.order.store((worker + 1) << 16 | if order == Order::Respawn { 1 } else { 2 }, Release);
        sys::futex_wake(&self.order, i32::MAX);
        loop {
            // Acquire: partner of the release in `done`.
            let now = self.order.load(Acquire);
            if now == 0 {
                return u64::from(self.result.load(Relaxed));
            }
            sys::futex_wait(&self.order, now, Some(LOOK_AGAIN));
        }
    }

    /// The order that is to be carried out, if there is one: what, and for which worker.
    pub(crate) fn taken(&self) -> Option<(Order, usize)> {
        let order = self.order.load(Acquire);
        let worker = (order >> 16).checked_sub(1)? as usize;
        Some((if order & 0xffff == 1 { Order::Respawn } else { Order::Kill }, worker))
    }

    /// The order was carried out, or made no sense.
    pub(crate) fn done(&self, result: bool) {
        self.result.store(u32::from(result), Relaxed);
        self.order.store(0, Release);
        sys::futex_wake(&self.order, i32::MAX);
    }

    /// Waits for an order, not for long.
    pub(crate) fn wait_for_order(&self, limit: Duration) {
        sys::futex_wait(&self.order, 0, Some(limit));
    }

    /// A worker has ended.
    pub(crate) fn ring(&self) {
        // Release: partner of the acquire in `bell`; the end is visible before the bell.
        self.bell.fetch_add(1, Release);
        sys::futex_wake(&self.bell, i32::MAX);
    }

    fn bell(&self) -> u32 {
        self.bell.load(Acquire)
    }

    fn listen(&self, before: u32) {
        sys::futex_wait(&self.bell, before, Some(LOOK_AGAIN));
    }
}
