//! Lab 2's judges: what must be true of every run of each scenario.

mod evidence;
mod pills;
mod prices;
mod tasks;

pub use pills::{all_exit, pill_count};
pub use prices::{idle, latency};
pub use tasks::{exactly_once, free_run, worker_killed};
