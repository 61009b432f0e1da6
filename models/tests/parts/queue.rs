//! The queue: every item handed out once, everything published, nobody left asleep, and what a dead worker was in the
//! middle of undone or finished, whatever it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32 as Count, Ordering::Relaxed};

use super::machine::{Fault, count_ends, doom, explore, explore_kills, inject, run, tid};
use super::robust::{self, RobustWord};
use super::sync::{AtomicU32, AtomicU64};
use super::words::queue::{Caller, Control, MAX_BATCH, Memory};
use super::words::{WAITERS, owner_died};
use crate::engine::Data;

/// Workers that may hold a lease.
const WORKERS: usize = 2;
/// Items that fit; as many places, and one more for what comes back.
const CAPACITY: u64 = 1;

/// A queue's words and what the workers know.
pub struct Store {
    control: Control,
    leases: Vec<AtomicU64>,
    areas: Vec<AtomicU64>,
    ring: Vec<AtomicU64>,
    ends: AtomicU64,
    /// Marked by the kernel when worker 0, the only one that may die, has died.
    life: RobustWord,
    /// Written before an item is put, read by who gets it.
    note: Data,
    /// Items that a worker got for good, or surely acknowledged.
    done: Count,
    /// Items that a worker was about to acknowledge.
    nearly: Count,
}

impl Store {
    /// A queue with this many items in it, closed or not.
    fn new(items: u64, closed: bool) -> Arc<Store> {
        let words = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
        let half = |value: u32| AtomicU32::new(value);
        let control = Control {
            lock: RobustWord { word: AtomicU32::new(0) },
            items: half(0),
            room: half(0),
            drained: half(0),
            closed: half(u32::from(closed)),
            head: AtomicU64::new(0),
            tail: AtomicU64::new(items),
            seen: AtomicU64::new(0),
            intent: AtomicU64::new(0),
            intent_head: AtomicU64::new(0),
        };
        Arc::new(Store {
            control,
            leases: words(WORKERS),
            areas: words(MAX_BATCH * (WORKERS - 1) + 1),
            ring: words(2),
            ends: AtomicU64::new(0),
            life: RobustWord { word: AtomicU32::new(tid(0) | WAITERS) },
            note: Data::new(),
            done: Count::new(0),
            nearly: Count::new(0),
        })
    }

    fn memory(&self) -> Memory<'_> {
        let Store { control, leases, areas, ring, .. } = self;
        Memory { control, leases, areas, ring, words: 1, capacity: CAPACITY }
    }

    fn caller<'s>(&'s self, me: usize, alive: &'s dyn Fn(usize, u32) -> bool) -> Caller<'s> {
        Caller { me, tid: tid(me), ends: &self.ends, alive }
    }

    fn alive(&self) -> impl Fn(usize, u32) -> bool + '_ {
        |worker, _| worker != 0 || !owner_died(&self.life.word)
    }

    fn put(&self, me: usize) {
        assert_eq!(self.memory().put(self.caller(me, &self.alive()), 1, |_| 7), 1);
    }

    /// Takes items for good until the queue says that everything is done.
    fn take_all(&self, me: usize) {
        while self.memory().take(self.caller(me, &self.alive()), true, |_, item| assert!(item == 7 || item == 0)) == 1 {
            self.done.fetch_add(1, Relaxed);
        }
    }

    /// Leases an item and acknowledges it.
    pub fn lease_and_acknowledge(&self, me: usize) {
        if self.memory().lease(self.caller(me, &self.alive()), 1) == 1 {
            self.nearly.fetch_add(1, Relaxed);
            self.memory().acknowledge(self.caller(me, &self.alive()), 1);
            self.done.fetch_add(1, Relaxed);
        }
    }

    /// Leases an item and gives it back.
    pub fn lease_and_give_back(&self, me: usize) {
        if self.memory().lease(self.caller(me, &self.alive()), 1) == 1 {
            self.memory().give_back(self.caller(me, &self.alive()));
        }
    }
}

type Body = Box<dyn FnOnce() + Send>;

fn body(store: &Arc<Store>, act: impl FnOnce(&Store) + Send + 'static) -> Body {
    let store = store.clone();
    Box::new(move || act(&store))
}

/// One puts, the other gets; the item publishes what was written before it.
pub fn hand_over() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(0, false);
        let putter = body(&store, |store| {
            store.note.set(1);
            store.put(0);
        });
        let getter = body(&store, |store| {
            let got = store.memory().take(store.caller(1, &store.alive()), true, |_, item| assert_eq!(item, 7));
            assert_eq!((got, store.note.get()), (1, 1));
        });
        run(vec![putter, getter]);
    }
}

/// The queue is full: one waits for room while the other makes it.
pub fn room() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(CAPACITY, false);
        let putter = body(&store, |store| store.put(0));
        let getter = body(&store, |store| {
            assert_eq!(store.memory().take(store.caller(1, &store.alive()), true, |_, _| {}), 1);
        });
        run(vec![putter, getter]);
        assert_eq!(store.control.tail.latest() - store.control.head.latest(), 1);
    }
}

/// One waits until everything is done, the other does it.
pub fn join() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(1, false);
        let waiter = body(&store, |store| {
            store.memory().join(store.caller(0, &store.alive()));
            assert_eq!(store.done.load(Relaxed) + store.nearly.load(Relaxed), 1, "joined before the work was done");
        });
        let worker = body(&store, |store| {
            assert_eq!(store.memory().lease(store.caller(1, &store.alive()), 1), 1);
            store.nearly.fetch_add(1, Relaxed);
            store.memory().acknowledge(store.caller(1, &store.alive()), 1);
        });
        run(vec![waiter, worker]);
    }
}

/// One item and two workers. Worker 0 may be killed at any moment of what it does with its lease; worker 1 takes what
/// there is until everything is done. The item must be done exactly once, or, if worker 0 was killed while it acknowledged,
/// be counted by nobody.
pub fn death(act: fn(&Store, usize)) -> impl Fn() + Send + Sync {
    move || {
        let store = Store::new(1, true);
        let doomed = body(&store, move |store| {
            count_ends(&store.ends);
            robust::push(&store.life);
            doom();
            act(store, 0);
        });
        let survivor = body(&store, |store| store.take_all(1));
        run(vec![doomed, survivor]);
        let (done, nearly) = (store.done.load(Relaxed), store.nearly.load(Relaxed));
        assert!(done == 1 || done == 0 && nearly == 1, "the one item was done {done} times, nearly {nearly}");
        let left = store.leases.iter().map(AtomicU64::latest).collect::<Vec<_>>();
        assert_eq!((store.control.intent.latest(), left), (0, vec![0; WORKERS]), "something is half done");
    }
}

#[test]
fn one_hands_over_to_the_other_2_preemptions() {
    explore(Some(2), hand_over());
}

#[test]
fn room_is_waited_for_2_preemptions() {
    explore(Some(2), room());
}

#[test]
fn everything_done_is_waited_for_2_preemptions() {
    explore(Some(2), join());
}

#[test]
fn a_kill_at_any_moment_of_an_acknowledged_lease_1_preemption() {
    let moments = explore_kills(Some(1), death(Store::lease_and_acknowledge));
    assert!(moments > 30, "{moments} moments");
}

#[test]
fn a_kill_at_any_moment_of_a_lease_that_is_given_back_1_preemption() {
    let moments = explore_kills(Some(1), death(Store::lease_and_give_back));
    assert!(moments > 30, "{moments} moments");
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_wake_nobody_leaves_a_sleeper() {
    inject(Fault::WakeNobodyOfTheQueue);
    explore(Some(2), hand_over());
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_sleep_blindly_leaves_a_sleeper() {
    inject(Fault::SleepBlindly);
    explore(Some(2), hand_over());
}

#[test]
#[should_panic]
fn fault_no_mark_leaves_a_change_half_done() {
    inject(Fault::NoMark);
    explore_kills(Some(1), death(Store::lease_and_acknowledge));
}
