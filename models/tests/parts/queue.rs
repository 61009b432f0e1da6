//! The queue: every item handed out once, everything published, nobody left asleep, and what a dead worker was in the
//! middle of undone or finished, whatever it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32 as Count, Ordering::Relaxed};

use super::machine::{Fault, count_ends, doom, explore, explore_kills, inject, run, tid};
use super::robust::{self, RobustWord};
use super::sync::{AtomicU32, AtomicU64};
use super::words::queue::{Caller, Control, End, Line, MAX_BATCH, Memory, SLEEPERS};
use super::words::{WAITERS, owner_died};
use crate::engine::Data;

/// Workers that may hold a lease.
const WORKERS: usize = 2;
/// Items that fit; as many places, and one more for what comes back.
const CAPACITY: u64 = 1;
const PLACES: u64 = 2;

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
        Store::made(items, closed, 0)
    }

    /// An empty queue whose bell for items holds this.
    fn with_bell(bell: u32) -> Arc<Store> {
        Store::made(0, false, bell)
    }

    fn made(items: u64, closed: bool, bell: u32) -> Arc<Store> {
        let words = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
        let half = |value: u32| AtomicU32::new(value);
        let end = |place: u64, bell: u32| End {
            lock: RobustWord { word: half(0) },
            place: AtomicU64::new(place),
            seen: AtomicU64::new(0),
            bell: half(bell),
        };
        let control = Control {
            put: end(items, bell),
            line: Line,
            take: end(0, 0),
            intent: AtomicU64::new(0),
            intent_head: AtomicU64::new(0),
            rare: Line,
            drained: half(0),
            closed: half(u32::from(closed)),
            buried: AtomicU64::new(0),
        };
        Arc::new(Store {
            control,
            leases: words(WORKERS),
            areas: words(MAX_BATCH * (WORKERS - 1) + 1),
            ring: words(PLACES as usize),
            ends: AtomicU64::new(0),
            life: RobustWord { word: AtomicU32::new(tid(0) | WAITERS) },
            note: Data::new(),
            done: Count::new(0),
            nearly: Count::new(0),
        })
    }

    /// The queue as a worker sees it.
    fn seen_by<'s>(&'s self, me: usize, alive: &'s (dyn Fn(usize, u32) -> bool + Sync)) -> Memory<'s> {
        let Store { control, leases, areas, ring, .. } = self;
        let caller = Caller { me, tid: tid(me), ends: &self.ends, alive };
        Memory { caller, control, leases, areas, ring, places: PLACES, words: 1, capacity: CAPACITY }
    }

    fn alive(&self) -> impl Fn(usize, u32) -> bool + '_ {
        |worker, _| worker != 0 || !owner_died(&self.life.word)
    }

    fn put(&self, me: usize) {
        assert_eq!(self.seen_by(me, &self.alive()).put(1, 1, |_| 7), 1);
    }

    /// Takes items for good until the queue says that everything is done.
    fn take_all(&self, me: usize) {
        while self.seen_by(me, &self.alive()).take(1, true, |_, item| assert!(item == 7 || item == 0)) == 1 {
            self.done.fetch_add(1, Relaxed);
        }
    }

    /// Leases an item and acknowledges it.
    pub fn lease_and_acknowledge(&self, me: usize) {
        if self.seen_by(me, &self.alive()).lease(1, 1) == 1 {
            self.nearly.fetch_add(1, Relaxed);
            self.seen_by(me, &self.alive()).acknowledge(1);
            self.done.fetch_add(1, Relaxed);
        }
    }

    /// Leases an item and gives it back.
    pub fn lease_and_give_back(&self, me: usize) {
        if self.seen_by(me, &self.alive()).lease(1, 1) == 1 {
            self.seen_by(me, &self.alive()).give_back();
        }
    }
}

impl Store {
    /// Takes the item for good, if it is there.
    pub fn take_one(&self, me: usize) {
        self.nearly.fetch_add(1, Relaxed);
        let got = self.seen_by(me, &self.alive()).take(1, false, |_, _| {});
        self.done.fetch_add(got as u32, Relaxed);
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
            let got = store.seen_by(1, &store.alive()).take(1, true, |_, item| assert_eq!(item, 7, "an old value"));
            assert_eq!((got, store.note.get()), (1, 1));
        });
        run(vec![putter, getter]);
    }
}

/// The queue is full: one waits for room while the other makes it, by a get or by a lease. Who puts sees what was done
/// before that: nobody still reads the place that it writes to.
pub fn room(leased: bool) -> impl Fn() + Send + Sync {
    move || {
        let store = Store::new(CAPACITY, false);
        let putter = body(&store, |store| {
            store.put(0);
            assert_eq!(store.note.get(), 1);
        });
        let getter = body(&store, move |store| {
            store.note.set(1);
            if leased {
                assert_eq!(store.seen_by(1, &store.alive()).lease(1, 1), 1);
                return;
            }
            assert_eq!(store.seen_by(1, &store.alive()).take(1, true, |_, _| {}), 1);
        });
        run(vec![putter, getter]);
        assert_eq!(store.control.put.place.latest() - store.control.take.place.latest(), 1);
    }
}

/// One waits until everything is done, the other does it.
pub fn join() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(1, false);
        let waiter = body(&store, |store| {
            store.seen_by(0, &store.alive()).join();
            assert_eq!(store.done.load(Relaxed) + store.nearly.load(Relaxed), 1, "joined before the work was done");
        });
        let worker = body(&store, |store| {
            assert_eq!(store.seen_by(1, &store.alive()).lease(1, 1), 1);
            store.nearly.fetch_add(1, Relaxed);
            store.seen_by(1, &store.alive()).acknowledge(1);
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

/// Two wait for an item each, the third puts them, one after the other.
pub fn two_wait() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(0, false);
        let getter = |me| {
            body(&store, move |store| {
                assert_eq!(store.seen_by(me, &store.alive()).take(1, true, |_, item| assert_eq!(item, 7)), 1);
            })
        };
        let bodies = vec![
            getter(0),
            getter(1),
            body(&store, |store| {
                store.put(2);
                store.put(2);
            }),
        ];
        run(bodies);
    }
}

/// One puts two items, the other takes them, and the bell says from the beginning that somebody sleeps: one that has got up by
/// itself. So who puts the first item rings, while the one that took it already is on its way to bed for the second.
pub fn bell_left_set() -> impl Fn() + Send + Sync {
    || {
        let store = Store::with_bell(SLEEPERS);
        let putter = body(&store, |store| {
            store.put(0);
            store.put(0);
        });
        let getter = body(&store, |store| {
            for _ in 0..2 {
                assert_eq!(store.seen_by(1, &store.alive()).take(1, true, |_, item| assert_eq!(item, 7)), 1);
            }
        });
        run(vec![putter, getter]);
    }
}

/// One waits for items, the other says that there will be none.
pub fn close() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(0, false);
        let waiter = body(&store, |store| assert_eq!(store.seen_by(0, &store.alive()).take(1, true, |_, _| {}), 0));
        let closer = body(&store, |store| store.seen_by(1, &store.alive()).close());
        run(vec![waiter, closer]);
    }
}

/// An item is leased and comes back while another is put into its place: both are there, each once.
pub fn give_back() -> impl Fn() + Send + Sync {
    fn take(store: &Store, me: usize) {
        let sum = |_, item: u64| {
            store.done.fetch_add(item as u32 + 1, Relaxed);
        };
        assert_eq!(store.seen_by(me, &store.alive()).take(1, true, sum), 1);
    }
    || {
        let store = Store::new(1, false);
        let lessee = body(&store, |store| {
            store.lease_and_give_back(0);
            take(store, 0);
        });
        let putter = body(&store, |store| {
            store.put(1);
            take(store, 1);
        });
        run(vec![lessee, putter]);
        assert_eq!(store.done.load(Relaxed), 1 + 8, "items 0 and 7, and one more for each");
    }
}

/// Worker 0 may be killed at any moment of a put; worker 1 closes the queue and takes what there is.
pub fn death_while_putting() -> impl Fn() + Send + Sync {
    || {
        let store = Store::new(0, false);
        let doomed = body(&store, |store| {
            count_ends(&store.ends);
            robust::push(&store.life);
            doom();
            let put = store.seen_by(0, &store.alive()).put(1, 1, |_| 7);
            store.nearly.fetch_add(u32::from(put == 1), Relaxed);
        });
        let survivor = body(&store, |store| {
            store.seen_by(1, &store.alive()).close();
            store.take_all(1);
        });
        run(vec![doomed, survivor]);
        let (done, put) = (store.done.load(Relaxed), store.nearly.load(Relaxed));
        assert!(done == put || (done, put) == (1, 0), "{put} items were surely put, {done} taken");
    }
}

#[test]
fn two_wait_for_an_item_each_1_preemption() {
    explore(Some(1), two_wait());
}

#[test]
fn a_ring_while_another_goes_to_bed_3_preemptions() {
    explore(Some(3), bell_left_set());
}

#[test]
fn close_wakes_who_waits_for_items_2_preemptions() {
    explore(Some(2), close());
}

#[test]
fn what_comes_back_is_there_2_preemptions() {
    explore(Some(2), give_back());
}

#[test]
fn a_kill_at_any_moment_of_a_put_1_preemption() {
    let moments = explore_kills(Some(1), death_while_putting());
    assert!(moments > 8, "{moments} moments");
}

#[test]
fn a_kill_at_any_moment_of_a_get_1_preemption() {
    let moments = explore_kills(Some(1), death(Store::take_one));
    assert!(moments > 8, "{moments} moments");
}

#[test]
fn one_hands_over_to_the_other_2_preemptions() {
    explore(Some(2), hand_over());
}

#[test]
fn room_is_waited_for_2_preemptions() {
    explore(Some(2), room(false));
    explore(Some(2), room(true));
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
