//! loom: every interleaving, and every value that the C++ memory model lets a load return.

/// What the parts need from a model checker, as loom gives it.
mod engine {
    use std::sync::Arc;

    pub use loom::hint::spin_loop;
    pub use loom::sync::atomic;
    pub use loom::{thread, thread_local};

    /// Tells `parts::only` tests which checker runs them.
    pub const SEES_ORDERINGS: bool = true;

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

    /// Runs a scenario in every execution with at most `preemptions` of them (`None`: no bound).
    pub fn explore(preemptions: Option<usize>, scenario: Arc<dyn Fn() + Send + Sync>) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = preemptions;
        builder.check(move || scenario());
    }
}

mod parts;
pub use parts::{robust, sync, words};
