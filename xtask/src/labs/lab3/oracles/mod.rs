//! Lab 3's judges: what must be true of every run of each scenario.

mod claims;
mod evidence;
mod prices;
mod searches;

pub use claims::{finder_killed, one_winner, record_intact};
pub use prices::{interval_rule, load_budget, lock_budget, tax};
pub use searches::{free_run, rounds, searches_all, stops};
