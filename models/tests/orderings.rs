//! loom: every interleaving, and every value that the C++ memory model lets a load return.

/// What the parts need from a model checker, as loom gives it.
mod engine {
    use std::sync::{Arc, Mutex, PoisonError};

    pub use loom::sync::atomic;
    pub use loom::{thread, thread_local};

    /// A plain number: loom reports every access that is not ordered after the last write.
    pub struct Data(loom::cell::UnsafeCell<u64>);

    impl Data {
        pub fn new() -> Self {
            Data(loom::cell::UnsafeCell::new(0))
        }

        pub fn get(&self) -> u64 {
            // SAFETY: loom ends the test when another thread may write at the same time.
            self.0.with(|number| unsafe { *number })
        }

        pub fn set(&self, to: u64) {
            // SAFETY: loom ends the test when another thread may read or write at the same time.
            self.0.with_mut(|number| unsafe { *number = to });
        }
    }

    // SAFETY: all access goes through loom's cell, which ends the test at the first race.
    unsafe impl Sync for Data {}
    // SAFETY: as above.
    unsafe impl Send for Data {}

    /// Between two operations loom never switches, so comparing and going to sleep need no lock.
    #[derive(Default)]
    pub struct Bucket(());

    impl Bucket {
        pub fn lock(&self) -> impl Sized {}
    }

    /// Runs a scenario in every execution with at most `preemptions` of them (`None`: no bound).
    pub fn explore(preemptions: Option<usize>, scenario: Arc<dyn Fn() + Send + Sync>) {
        // loom maps three or more stacks for each execution: two tests at once would only wait for each other in the kernel,
        // and need three times as long as one after the other. A test that failed with the turn is no reason to stop.
        static TURN: Mutex<()> = Mutex::new(());
        let _mine = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = preemptions;
        builder.check(move || scenario());
    }
}

mod parts;
pub use parts::{robust, sync, words};

/// Why a sleeper sets its bit in one step: see `sleep.rs`. A sample of interleavings hardly ever has this one.
#[test]
#[should_panic(expected = "deadlock")]
fn fault_torn_announcement_loses_the_sleepers_bit() {
    use parts::machine::{Fault, explore, inject};
    inject(Fault::TornAnnouncement);
    explore(Some(3), parts::queue::bell_left_set());
}

/// Every ordering of the algorithms that is not relaxed is needed: without it, loom finds a race.
mod every_ordering_is_needed {
    use std::sync::atomic::Ordering;

    use super::parts::machine::{Fault, Place, explore, explore_kills, inject, places};
    use super::parts::{barrier, baton, lock, queue};

    /// Those that the group passes and that stand in these files.
    fn check(files: &[&str], group: fn()) {
        group();
        let mut places = places();
        places.retain(|(place, _)| files.iter().any(|file| place.file().contains(file)));
        assert!(!places.is_empty());
        let without: Vec<Fault> = places.iter().flat_map(|(place, order)| halves(place, *order)).collect();
        println!("{} orderings: {without:#?}", without.len());
        let idle: Vec<&Fault> = without.iter().filter(|fault| survives(group, **fault)).collect();
        assert!(idle.is_empty(), "nothing is found without {idle:#?}");
    }

    fn halves(place: Place, order: Ordering) -> Vec<Fault> {
        match order {
            Ordering::Acquire => vec![Fault::NoAcquire(place)],
            Ordering::Release => vec![Fault::NoRelease(place)],
            _ => vec![Fault::NoAcquire(place), Fault::NoRelease(place)],
        }
    }

    fn survives(group: fn(), fault: Fault) -> bool {
        let test = std::thread::spawn(move || {
            inject(fault);
            group();
        });
        match test.join() {
            Ok(()) => true,
            Err(cause) => {
                let text = cause.downcast_ref::<String>().cloned();
                let text = text.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
                // Whoever misses a death waits, or looks again, for ever.
                let waits = ["deadlock", "exceeded"].iter().any(|sign| text.contains(sign));
                // A place in the ring is read that does not hold the item yet: a race of words that are atomic themselves.
                let races = ["Causality violation", "an old value"].iter().any(|sign| text.contains(sign));
                assert!(waits || races, "{fault:?} was found by {text}");
                false
            }
        }
    }

    #[test]
    fn of_the_lock() {
        check(&[""], || {
            explore(None, lock::visitors(lock::LOCK, 2, 1));
            explore_kills(Some(3), lock::death(lock::LOCK, 2));
        });
    }

    #[test]
    fn of_the_brief_lock() {
        check(&[""], || {
            explore(None, lock::visitors(lock::BRIEF, 2, 1));
            explore_kills(Some(3), lock::death(lock::BRIEF, 2));
        });
    }

    #[test]
    fn of_the_barrier() {
        check(&[""], || {
            explore(Some(3), barrier::meetings(2, true));
            explore_kills(Some(1), barrier::death(3));
        });
    }

    #[test]
    fn of_the_queue() {
        check(&["queue/", "brief.rs"], || {
            explore(Some(2), queue::hand_over());
            explore(Some(2), queue::room(false));
            explore(Some(2), queue::room(true));
            explore(Some(2), queue::join());
            explore_kills(Some(2), queue::death(queue::Store::lease_and_acknowledge));
        });
    }

    #[test]
    fn of_the_baton() {
        check(&[""], || {
            explore(Some(2), baton::turns(2, false));
            explore(Some(2), baton::turns(2, true));
            explore_kills(Some(2), baton::death());
        });
    }
}
