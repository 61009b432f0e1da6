//! Lab 1's judges: what must be true of every run of each scenario.

mod answers;
mod evidence;
mod fates;
mod prices;

pub use answers::{exactly_once, free_run, no_hang, worker_killed};
pub use prices::{balance, batch_rule, crossover, messages};
