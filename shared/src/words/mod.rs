//! The algorithms of lock, barrier, baton (each on one word of shared memory) and queue.
//!
//! Nothing here knows about regions, processes or the hook: only about words, the futex ([`sync`](crate::sync)) and the
//! robust list ([`robust`](crate::robust)). So the crate `models` can compile these very files and check them under every
//! interleaving, every memory order and every moment at which a process may be killed.

pub mod barrier;
pub mod baton;
pub mod brief;
pub mod lock;
pub mod queue;

use std::time::Duration;

use crate::sync::{AtomicU32, Ordering::Acquire};

/// Bit 31: somebody sleeps on the word; the next change must wake.
pub const WAITERS: u32 = 1 << 31;
/// Bit 30: the kernel's mark that the owner died.
pub const OWNER_DIED: u32 = 1 << 30;
/// Bits 0–29: the owner's thread id, or 0.
pub const OWNER: u32 = OWNER_DIED - 1;

/// How long a sleeper sleeps before it looks again by itself: whoever should have woken it may have been killed.
pub const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Whether the owner of a robust word died.
pub fn owner_died(word: &AtomicU32) -> bool {
    // Acquire: partner of the kernel's mark, which comes after everything that the dead one wrote.
    word.load(Acquire) & OWNER_DIED != 0
}
