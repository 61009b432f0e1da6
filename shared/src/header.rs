//! The header: what a lab process is to do. The grader writes it, workers can only read it.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::region::{MAX_WORKERS, Region};

/// Parameters a lab's scenario may have.
pub const PARAMS: usize = 16;
/// Arguments a role may have.
pub const ARGS: usize = 6;
/// Bytes of a header region.
pub const HEADER_BYTES: usize = 4096;

const MAGIC: u64 = 0x6c61_6273_0001;
const ROLE_WORDS: usize = 1 + ARGS;

/// What one worker does: a function of the lab and its arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Which function; the lab's board numbers them.
    pub function: u64,
    /// Its arguments.
    pub args: [u64; ARGS],
}

/// One scenario: who does what, over which board, with which seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The lab's number.
    pub lab: u64,
    /// Seed of everything random.
    pub seed: u64,
    /// The process that started all this; workers that lose it end.
    pub grader: u64,
    /// Sizes of the board and whatever else the lab's functions need to know.
    pub params: [u64; PARAMS],
    /// One role a worker.
    pub roles: Vec<Role>,
}

impl Header {
    /// Writes the header. The magic number comes last, with release: partner of the acquire in [`Header::read`].
    ///
    /// # Panics
    /// With more than [`MAX_WORKERS`] roles.
    pub fn write(&self, region: &Region) {
        assert!(self.roles.len() <= MAX_WORKERS, "at most {MAX_WORKERS} workers");
        let fields = [self.lab, self.seed, self.grader, self.roles.len() as u64];
        let roles = self.roles.iter().flat_map(|r| std::iter::once(r.function).chain(r.args));
        for (at, value) in fields.into_iter().chain(self.params).chain(roles).enumerate() {
            region.word((at + 1) * 8).store(value, Relaxed);
        }
        region.word(0).store(MAGIC, Release);
    }

    /// Reads a header.
    ///
    /// # Panics
    /// When the region holds none: the process was not started by the runner.
    pub fn read(region: &Region) -> Header {
        assert_eq!(region.word(0).load(Acquire), MAGIC, "no header here: labs are started by `cargo xtask`");
        let mut at = 8;
        let mut next = || {
            let value = region.word(at).load(Relaxed);
            at += 8;
            value
        };
        let (lab, seed, grader, workers) = (next(), next(), next(), next());
        let params = std::array::from_fn(|_| next());
        let roles = (0..workers.min(MAX_WORKERS as u64))
            .map(|_| Role { function: next(), args: std::array::from_fn(|_| next()) })
            .collect();
        Header { lab, seed, grader, params, roles }
    }
}

const _: () = assert!(8 * (5 + PARAMS + MAX_WORKERS * ROLE_WORDS) <= HEADER_BYTES);
