//! What the algorithms in [`words`](crate::words) are made of: atomics and the futex, under one name.
//!
//! Here they are the machine's own. The crate `models` compiles the very same algorithms against modelled ones, which
//! try every interleaving and every value that the memory orderings allow.

pub use std::hint::spin_loop;
pub use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, compiler_fence};
use std::time::Duration;

pub use crate::patience::Patience;
pub use crate::sys::{futex_wait, futex_wake};

/// How often a locker looks again before it sleeps: longer than a short critical section, far shorter than a time slice.
pub const SPINS: u32 = 100;

/// How long, in turns of [`spin_loop`], whoever finds a [brief](crate::words::brief) lock taken waits before it looks again:
/// some ten times as long as the lock is held. Whoever looks takes the lock's cache line away from its holder, which is at
/// work on the same line; so two that take turns after a few dozen operations each are twice as fast as two that do after each.
pub const FIRST_SPINS: u32 = 32;

/// How long whoever finds a [brief](crate::words::brief) lock taken for too long gives its processor away.
const NAP: Duration = Duration::from_micros(50);

/// Gives the processor away for a moment, or shorter if the word no longer holds `expected` to begin with.
pub fn nap(word: &AtomicU32, expected: u32) {
    futex_wait(word, expected, Some(NAP));
}

/// [`futex_wait`] on the upper half of a word: sleeps while that half holds `expected`.
pub fn futex_wait_upper(word: &AtomicU64, expected: u32, limit: Option<Duration>) {
    futex_wait(upper(word), expected, limit);
}

/// [`futex_wake`] for the sleepers on the upper half of a word.
pub fn futex_wake_upper(word: &AtomicU64, count: i32) {
    futex_wake(upper(word), count);
}

/// The upper half, for the kernel's eyes: a futex is 32 bits wide.
fn upper(word: &AtomicU64) -> &AtomicU32 {
    let half = if cfg!(target_endian = "little") { 1 } else { 0 };
    // SAFETY: the half lies within the word and is aligned; it is handed to the kernel only, which reads it atomically.
    unsafe { AtomicU32::from_ptr(word.as_ptr().cast::<u32>().add(half)) }
}
