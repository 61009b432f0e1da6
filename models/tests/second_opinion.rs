//! shuttle: a sample of interleavings, chosen at random and by PCT, with the same seed every time. It takes every ordering
//! for SeqCst, so it says nothing about orderings; but it has its own scheduler, and no reduction that could be wrong.
//! What the tests' names say about completeness and preemptions is loom's: here all are samples.

/// What the parts need from a model checker, as shuttle gives it.
mod engine {
    use std::cell::Cell;
    use std::sync::Arc;

    use shuttle::scheduler::{PctScheduler, RandomScheduler};
    pub use shuttle::sync::atomic;
    pub use shuttle::{thread, thread_local};

    const SEED: u64 = 7;
    const SAMPLES: usize = 1_500;

    /// A plain number that notices when two are at it at once.
    #[derive(Default)]
    pub struct Data {
        number: Cell<u64>,
        busy: Cell<bool>,
    }

    impl Data {
        pub fn new() -> Self {
            Data::default()
        }

        pub fn get(&self) -> u64 {
            assert!(!self.busy.get(), "read while it is written");
            self.number.get()
        }

        pub fn set(&self, to: u64) {
            assert!(!self.busy.replace(true), "written while it is written");
            thread::yield_now();
            self.number.set(to);
            self.busy.set(false);
        }
    }

    // SAFETY: shuttle runs all threads of a test in one real thread.
    unsafe impl Sync for Data {}

    /// shuttle switches also right after an operation, so the kernel's lock is needed.
    #[derive(Default)]
    pub struct Bucket(shuttle::sync::Mutex<()>);

    impl Bucket {
        pub fn lock(&self) -> impl Sized {
            self.0.lock().expect("nobody panics with it")
        }
    }

    /// Runs a scenario in a sample of executions; a bound on preemptions means nothing here.
    pub fn explore(_preemptions: Option<usize>, scenario: Arc<dyn Fn() + Send + Sync>) {
        let mut config = shuttle::Config::new();
        config.failure_persistence = shuttle::FailurePersistence::None;
        config.silence_warnings = true;
        config.max_steps = shuttle::MaxSteps::FailAfter(100_000);
        let again = scenario.clone();
        shuttle::Runner::new(RandomScheduler::new_from_seed(SEED, SAMPLES), config.clone()).run(move || scenario());
        shuttle::Runner::new(PctScheduler::new_from_seed(SEED, 3, SAMPLES), config).run(move || again());
    }
}

#[allow(dead_code, reason = "only loom can weaken an ordering")]
mod parts;
pub use parts::{robust, sync, words};
