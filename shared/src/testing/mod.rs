//! What the tests of the toolkit share: the programs and boards that the test lab runs and that the grader checks.
//!
//! Both sides must mean the same program by the same seed, so it is made in one place. No lab uses anything from here.

pub mod crew;
pub mod pipes;
pub mod programs;
pub mod reborn;
pub mod torture;
pub mod torture_queue;

/// Tells the test something under a tag. Labs' given code reports too, but students' code may not.
pub fn report(tag: u64, value: u64) {
    crate::process::report(tag, value);
}

/// Numbers of the test lab's functions, as roles name them.
pub mod function {
    /// Runs this worker's part of a random program; argument: the seed.
    pub const PROGRAM: u64 = 0;
    /// Works under a lock until all phases are done; see [`super::torture`].
    pub const TORTURE: u64 = 1;
    /// Puts or takes until everything is done; see [`super::torture_queue`].
    pub const TORTURE_QUEUE: u64 = 2;
    /// Comes to the barrier of a random program's board and waits there.
    pub const MEET: u64 = 3;
}
