//! The board of the pipe queue's test: what it refuses, and what a worker finds that is started anew.

use crate::region::{Kind, Layout};

/// Workers: the processes `0..WORKERS`; the supervisor is the last process.
pub const WORKERS: usize = 2;

/// Numbers of the functions, as roles name them; the first argument of each role is the case.
pub mod function {
    /// A worker's.
    pub const WORKER: u64 = 30;
    /// The supervisor's.
    pub const SUPERVISOR: u64 = 31;
}

/// What happens.
pub mod case {
    /// The first worker is killed inside `get`, the second gets after that.
    pub const KILLED_IN_GET: u64 = 0;
    /// The first worker dies and is started anew; then it puts what the second gets.
    pub const STARTED_ANEW: u64 = 1;
    /// The first puts a word, the second gets two.
    pub const OTHER_SIZE: u64 = 2;
}

/// What the second worker gets, and reports under this tag.
pub const ITEM: u64 = 7;
/// Under which tag it does.
pub const GOT: u64 = 1;

/// The board: a pipe queue, how often the first worker was started, whether the second may get, the crew.
pub fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.pipe_queue("pipe");
    layout.add("starts", Kind::Cell { init: 0 });
    layout.add("go", Kind::Cell { init: 0 });
    layout.add("crew", Kind::Crew);
    layout
}
