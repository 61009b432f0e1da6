//! Everything but the model checker: the modelled machine, the algorithms of `shared`, and what is claimed about them.
//! The same files run under loom and under shuttle; `crate::engine` says which.

pub mod machine;
pub mod robust;
pub mod sync;

/// The very files that `shared` is built from.
#[path = "../../../shared/src/words/mod.rs"]
pub mod words;

pub mod barrier;
pub mod baton;
pub mod lock;
pub mod queue;
