//! Lab 4's judges: what must be true of every run of each scenario.

mod counting;
mod evidence;
mod history;
mod misfortune;
mod prices;

pub use counting::{no_lost_update, real_run};
pub use history::linearizable;
pub use misfortune::{bad_frames, client_killed, server_killed};
pub use prices::{round_trips, rtt};
