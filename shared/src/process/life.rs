//! The table of the living: a robust word a worker, marked by the kernel when it dies.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use super::commons::{ENDS, LIFE, LIFE_BYTES};
use super::payload;
use crate::baton::{self, Action, NO_OBJECT, Op};
use crate::region::{MAX_WORKERS, Region};
use crate::robust::{OWNER, OWNER_DIED};
use crate::sys;

/// A life word of a worker that finished: not dead, but not coming back either.
pub(super) const FINISHED: u32 = 0x3fff_ffff;

/// Makes a worker that has not begun count as neither dead nor finished, whatever became of its last execution.
#[inline]
pub fn forget_life(payload: &Region, worker: usize) {
    payload.half(LIFE + worker * LIFE_BYTES).store(0, Relaxed);
}

/// Makes a stepped worker count as finished. The grader does it: when others see that a function has returned is its choice.
#[inline]
pub fn finish_life(payload: &Region, worker: usize) {
    payload.half(LIFE + worker * LIFE_BYTES).store(FINISHED, Release);
}

/// Which of the workers `0..parties` are dead: a bit each.
pub(crate) fn dead_among(parties: usize) -> u32 {
    let dead = |w: &usize| crate::words::owner_died(payload().half(LIFE + w * LIFE_BYTES));
    (0..parties).filter(dead).fold(0, |bits, w| bits | 1 << w)
}

/// Counts every end of a worker, so that whoever uses a queue notices when it should look for what the dead left behind.
#[inline]
pub(crate) fn ends() -> &'static AtomicU64 {
    payload().word(ENDS)
}

/// Counts a worker's end. Its words must be marked by then: it has been reaped, or it has marked them itself.
pub fn count_end(payload: &Region) {
    // Release: partner of the acquire in `words::queue`, which then sees the life word as it is now.
    payload.word(ENDS).fetch_add(1, Release);
}

/// Whether worker `w` is still the process with this thread id; one that has finished counts as alive, as its memory does.
pub(crate) fn is_alive(w: usize, tid: u32) -> bool {
    // Acquire: partner of the kernel's mark.
    let life = payload().half(LIFE + w * LIFE_BYTES).load(Acquire) & (OWNER | OWNER_DIED);
    life == tid || life == FINISHED
}

/// Whether a worker has ended or died: nothing will come from it any more.
pub(crate) fn gone(worker: usize) -> bool {
    // Acquire: partner of the release when a worker finishes, and of the kernel's mark for a dead one.
    let life = payload().half(LIFE + worker * LIFE_BYTES).load(Acquire);
    life == FINISHED || life & OWNER_DIED != 0
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its function returned.
    Finished,
    /// It died before that.
    Died,
}

/// How process `w` ended; `None` while it has not.
pub(crate) fn fate(w: usize) -> Option<Fate> {
    // Acquire: partner of the release when a worker finishes, and of the kernel's mark.
    let life = payload().half(LIFE + w * LIFE_BYTES).load(Acquire);
    match () {
        () if life & OWNER_DIED != 0 => Some(Fate::Died),
        () if life == FINISHED => Some(Fate::Finished),
        () => None,
    }
}

/// How long [`await_exit`] sleeps at most, should nobody be left to wake it.
const AWAIT_EXIT_LOOK: Duration = Duration::from_millis(100);

/// Waits until the workers in the bit set have finished or died. Only for given code that looks at what is left.
pub fn await_exit(workers: u64) {
    let op = Op { action: Action::AwaitExit, object: NO_OBJECT, a: workers, b: 0 };
    baton::pass(op, &mut || {
        for worker in (0..MAX_WORKERS).filter(|w| workers >> w & 1 == 1) {
            let life = payload().half(LIFE + worker * LIFE_BYTES);
            // Acquire: partner of the release when a worker finishes.
            // Whoever ends wakes us, or the kernel does; a waiter that looked all the time would seem busy to a watcher.
            loop {
                let now = life.load(Acquire);
                if now == FINISHED || now & OWNER_DIED != 0 {
                    break;
                }
                sys::futex_wait(life, now, Some(AWAIT_EXIT_LOOK));
            }
        }
        0
    });
}
