//! Patience: whether to let others on this processor go first before one goes to sleep.
//!
//! Sleeping and being woken takes two system calls of two processes, and between processors some microseconds. Often what is
//! awaited is about to happen: on another processor, or here, as soon as we leave this one to whoever does it. Then giving
//! way (`sched_yield`) and looking again is much cheaper, and all looks together cost no more than a sleep would.
//!
//! But when whoever goes first *computes*, it does so to the end of its time slice. A sleeper is woken into the middle of
//! that slice; who gave way is not, and waits a thousand times longer. So each process learns from what giving way cost it:
//! each time that was long doubles the number of waits after it that sleep at once, each time it was not takes one off.
//! Only, when those that we work with went on all the time, nothing was lost however long it took.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::sys;

/// How often one wait gives way.
const LOOKS: u32 = 8;
/// Giving way for longer than this was a mistake: others were not working for us. The other side of a full queue needs some
/// tens of microseconds to empty it.
const LONG_NS: u64 = 100_000;
/// The fewest and the most waits in a row that sleep at once after a mistake.
const LEAST: u32 = 8;
const MOST: u32 = 4_096;

/// How many of the next waits sleep at once.
static SKIPPED: AtomicU32 = AtomicU32::new(0);
/// How many did after the last mistake, less one for each success since then.
static PENALTY: AtomicU32 = AtomicU32::new(0);

/// One wait's patience.
pub struct Patience {
    looks: u32,
}

impl Patience {
    /// At the beginning of an operation that may have to wait.
    #[inline]
    pub fn fresh() -> Patience {
        Patience { looks: LOOKS }
    }

    /// Lets others go first. True: look again; false: it is time to sleep. `missed`: whether those that we work with have
    /// nothing left to do without us.
    #[cold]
    pub fn give_way(&mut self, missed: &dyn Fn() -> bool) -> bool {
        if self.looks == LOOKS && !worth_trying() {
            self.looks = 0;
        }
        if self.looks == 0 {
            return false;
        }
        self.looks -= 1;
        let before = sys::monotonic_ns();
        std::thread::yield_now();
        if sys::monotonic_ns() - before > LONG_NS && missed() {
            // What we wait for has had its time meanwhile: this is the last look.
            self.looks = 0;
            punish();
        }
        true
    }
}

/// Asked once a wait. Each yes takes one off the penalty: if it was a mistake, [`punish`] will do worse.
fn worth_trying() -> bool {
    let skipped = SKIPPED.load(Relaxed);
    if skipped > 0 {
        SKIPPED.store(skipped - 1, Relaxed);
        return false;
    }
    PENALTY.store(PENALTY.load(Relaxed).saturating_sub(1), Relaxed);
    true
}

fn punish() {
    let penalty = (PENALTY.load(Relaxed) * 2).clamp(LEAST, MOST);
    PENALTY.store(penalty, Relaxed);
    SKIPPED.store(penalty, Relaxed);
}
