//! The board of the queue's torture test: producers and consumers hurry, free, while some of them are killed.

use crate::region::{Kind, Layout};

/// Workers that put: numbers `0..PRODUCERS`.
pub const PRODUCERS: usize = 2;
/// Workers of a round; the others take.
pub const WORKERS: usize = 5;
/// Items a producer puts.
pub const ITEMS: usize = 600;
/// Items that fit: few, so that producers wait as well.
pub const CAPACITY: usize = 8;
/// The most items that go in with one call, or into one lease.
pub const BATCH: u64 = 4;

/// Object numbers of the board, in the order of [`layout`].
pub mod object {
    /// The queue.
    pub const QUEUE: u32 = 0;
    /// One word a producer: how many items are surely in, written after they are.
    pub const PUT: u32 = 1;
    /// One word a worker and item, at `worker * PRODUCERS * ITEMS + item`: how often the worker has done it.
    pub const SEEN: u32 = 2;
    /// One word a worker: 1 when it has done everything and only waits to be let go.
    pub const DONE: u32 = 3;
    /// The parent sets it: all that are left have put everything, the queue can be closed.
    pub const ALL_IN: u32 = 4;
    /// The parent sets it: everybody may end.
    pub const LET_GO: u32 = 5;
}

/// The board.
pub fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.queue::<u64>("queue", CAPACITY, WORKERS);
    layout.array::<u64>("put", PRODUCERS);
    layout.array::<u64>("seen", WORKERS * PRODUCERS * ITEMS);
    layout.array::<u64>("done", WORKERS);
    layout.add("all in", Kind::Cell { init: 0 });
    layout.add("let go", Kind::Cell { init: 0 });
    layout
}
