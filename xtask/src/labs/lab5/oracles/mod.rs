//! Lab 5's judges: what must be true of every run of each scenario.

mod answers;
mod comparison;
mod evidence;
mod mechanism;
mod model;
mod quiet;
mod trials;

pub use answers::same_answer;
pub use comparison::real_run;
pub use mechanism::uses_mechanism;
pub use model::predict;
pub use quiet::{early_stop, quiet_tax};
pub use trials::measure;
