//! `Barrier`: everybody waits until all have come, like Python's `multiprocessing.Barrier`, but the dead count as come.
//!
//! The whole state is **one word**: the number of the generation in the upper half, a bit for each worker that has come in
//! the lower. Whoever makes the last missing bit appear swaps in the next generation, in the same step. There is no moment
//! at which a death could leave the barrier half changed.

use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{AcqRel, Acquire},
};
use std::time::Duration;

use crate::baton::{Action, Op, hooked, pass};
use crate::process;
use crate::region::{Cursor, Kind};
use crate::sys;

/// How often a sleeper looks whether a missing worker has died: nobody wakes it for that.
const DEATH_CHECK: Duration = Duration::from_millis(20);

/// A meeting point of workers `0..parties`, over and over.
#[derive(Clone, Copy)]
pub struct Barrier {
    state: &'static AtomicU64,
    generation: &'static AtomicU32,
    parties: usize,
    object: u32,
}

/// What a worker learns when a barrier lets it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// True for exactly one of the workers that met.
    pub leader: bool,
    /// How many of the parties are dead by now.
    pub lost: u32,
}

impl Barrier {
    /// Takes the next object of the board, which must be a barrier.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (object, kind, offset, region) = cursor.take();
        let Kind::Barrier { parties } = kind else { panic!("object {object} is no barrier") };
        let high_half = if cfg!(target_endian = "little") { 4 } else { 0 };
        Barrier { state: region.word(offset), generation: region.half(offset + high_half), parties, object }
    }

    /// Waits until every party has come or died.
    pub fn wait(&self) -> Waited {
        let op = Op { action: Action::Arrive, object: self.object, a: 0, b: 0 };
        let came = if hooked() { pass(op, &mut || self.arrive()) } else { self.arrive() };
        let (generation, mut leader) = (came >> 1, came & 1 == 1);
        if !leader {
            let op = Op { action: Action::Leave, object: self.object, a: generation, b: 0 };
            let left = if hooked() { pass(op, &mut || self.leave(generation)) } else { self.leave(generation) };
            leader = left == 1;
        }
        Waited { leader, lost: process::dead_among(self.parties).count_ones() }
    }

    fn everyone(&self) -> u64 {
        (1 << self.parties) - 1
    }

    /// Sets this worker's bit; completes the generation if it was the last one missing.
    fn arrive(&self) -> u64 {
        let mine = 1 << process::me();
        loop {
            let now = self.state.load(Acquire);
            let (generation, come) = (now >> 32, (now & 0xffff_ffff) | mine);
            let last = come | process::dead_among(self.parties) as u64 == self.everyone();
            let next = if last { (generation + 1) << 32 } else { generation << 32 | come };
            // AcqRel: everything before an arrival is visible after the completion; partner of the loads in `leave`.
            if self.state.compare_exchange(now, next, AcqRel, Acquire).is_ok() {
                if last {
                    sys::futex_wake(self.generation, i32::MAX);
                }
                return generation << 1 | u64::from(last);
            }
        }
    }

    /// Sleeps until the generation is over; completes it for the dead. Gives 1 to the worker that did so.
    fn leave(&self, generation: u64) -> u64 {
        loop {
            // Acquire: partner of the swap in `arrive`.
            let now = self.state.load(Acquire);
            if now >> 32 != generation {
                return 0;
            }
            if now & 0xffff_ffff | process::dead_among(self.parties) as u64 == self.everyone() {
                // AcqRel: as in `arrive`.
                if self.state.compare_exchange(now, (generation + 1) << 32, AcqRel, Acquire).is_ok() {
                    sys::futex_wake(self.generation, i32::MAX);
                    return 1;
                }
                continue;
            }
            sys::futex_wait(self.generation, generation as u32, Some(DEATH_CHECK));
        }
    }
}
