//! The one stepping mechanism: real workers, one baton each, all batons in one hand.
//!
//! A [`machine::Machine`] executes single granted operations: [`processes`] with real processes over real memory. An
//! [`execution::Execution`] adds the grader's own [`model`] of every object: who may proceed, what each operation must
//! give. Schedulers ([`crate::search`]) only choose who goes next. The granted [`step::Step`]s are the only evidence.

pub mod ahead;
pub mod execution;
pub mod looks;
pub mod machine;
pub mod model;
pub mod processes;
pub mod simulated;
pub mod step;
pub mod stream;
pub mod watch;
