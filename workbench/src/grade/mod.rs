//! Grading a class: untrusted submissions in, results out.
//!
//! `class` finds the submissions, `one` takes each from its files to its result (staged, built in a jail, judged in a jail),
//! `store` publishes results once under a `key` of everything that they depend on, `queue` keeps the processors busy, `jail`
//! (how one is run), `room`, `words` and `level` are the fences.

pub mod class;
pub mod jail;
pub mod key;
pub mod level;
pub mod one;
pub mod queue;
pub mod room;
pub mod store;
pub mod user;
mod words;
