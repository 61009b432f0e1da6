//! `Barrier`: everybody waits until all have come, like Python's `multiprocessing.Barrier`, but the dead count as come.
//!
//! The whole state is **one word**; how it changes stands in [`words::barrier`](crate::words::barrier).

use std::sync::atomic::AtomicU64;

use crate::baton::{Action, Op, hooked, pass};
use crate::process::{dead_among, me};
use crate::region::{Cursor, Kind};
use crate::words::barrier;

/// A meeting point of workers `0..parties`, over and over.
#[derive(Clone, Copy)]
pub struct Barrier {
    state: &'static AtomicU64,
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
        Barrier { state: region.word(offset), parties, object }
    }

    /// Waits until every party has come or died.
    pub fn wait(&self) -> Waited {
        let dead = || dead_among(self.parties);
        let op = Op { action: Action::Arrive, object: self.object, a: 0, b: 0 };
        let mut arrive = || barrier::arrive(self.state, self.parties, me(), dead);
        let came = if hooked() { pass(op, &mut arrive) } else { arrive() };
        let (generation, mut leader) = (came >> 1, came & 1 == 1);
        if !leader {
            let op = Op { action: Action::Leave, object: self.object, a: generation, b: 0 };
            let mut leave = || barrier::leave(self.state, self.parties, generation, dead);
            leader = if hooked() { pass(op, &mut leave) } else { leave() } == 1;
        }
        Waited { leader, lost: dead().count_ones() }
    }
}
