//! Stands in for `shared::robust`: the lists are the modelled machine's, the words are modelled atomics.

use std::sync::Arc;

use crate::parts::machine;
use crate::sync::AtomicU32;

/// A word with an owner.
pub struct RobustWord {
    /// As in `shared`.
    pub word: AtomicU32,
}

impl RobustWord {
    /// A word with its first value.
    pub fn new(value: u32) -> Arc<Self> {
        Arc::new(RobustWord { word: AtomicU32::new(value) })
    }
}

/// As in `shared`.
pub fn begin(word: &RobustWord) {
    machine::begin(&word.word.0);
}
/// As in `shared`.
pub fn finish() {
    machine::finish();
}
/// As in `shared`.
pub fn begin_release(word: &RobustWord) {
    machine::begin_release(&word.word.0);
}
/// As in `shared`.
pub fn push(word: &RobustWord) {
    machine::push(&word.word.0);
}
/// As in `shared`.
pub fn retract(_: &RobustWord) {
    unreachable!("nobody takes a lock twice here");
}
