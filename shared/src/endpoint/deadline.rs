//! A moment until which somebody is willing to wait.

use std::time::Duration;

use crate::sys::hermetic;

/// A moment in the future, on this worker's clock. Copies of it are the same moment: time that was spent is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    until_ns: u64,
}

impl Deadline {
    /// So long from now.
    pub fn after(time: Duration) -> Deadline {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Deadline { until_ns: hermetic::now_ns().saturating_add(ns) }
    }

    /// What is left; zero when the moment has passed.
    pub fn left(&self) -> Duration {
        Duration::from_nanos(self.until_ns.saturating_sub(hermetic::now_ns()))
    }

    /// Whether the moment has passed.
    pub fn passed(&self) -> bool {
        self.left().is_zero()
    }
}
