//! The board of the crew's test: a supervisor kills a worker that holds a lease, one dies by itself, both are started anew.

use crate::region::{Kind, Layout};

/// Workers: the processes `0..WORKERS`; the supervisor is the last process.
pub const WORKERS: usize = 3;
/// The first of them holds a lease until it is killed.
pub const HOLDER: u32 = 0;
/// The second aborts.
pub const ABORTER: u32 = 1;

/// Numbers of the functions, as roles name them.
pub mod function {
    /// A worker's.
    pub const WORKER: u64 = 20;
    /// The supervisor's.
    pub const SUPERVISOR: u64 = 21;
}

/// Under which tags the processes report.
pub mod tag {
    /// A worker: the item that it did.
    pub const DID: u64 = 1;
    /// The supervisor: an event, as worker * 2, plus 1 when it died.
    pub const EVENT: u64 = 2;
    /// The supervisor: how many are alive.
    pub const ALIVE: u64 = 3;
    /// The supervisor: how many died for good.
    pub const DEAD: u64 = 4;
}

/// The board: a queue, one word a worker that counts its starts, one that is 1 when the holder holds, the crew.
pub fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.queue::<u64>("queue", 4, WORKERS + 1);
    for _ in 0..WORKERS {
        layout.add("starts", Kind::Cell { init: 0 });
    }
    layout.add("holds", Kind::Cell { init: 0 });
    layout.add("crew", Kind::Crew);
    layout
}
