//! The board of the torture test: workers hammer it, free, while one after another is killed.

use crate::region::{Kind, Layout};

/// Workers of a round.
pub const WORKERS: usize = 4;
/// How often a worker takes the lock before each meeting.
pub const TURNS: u64 = 100;

/// Object numbers of the board, in the order of [`layout`].
pub mod object {
    /// The lock that protects the pair; its invariant is repaired by whoever is told that the last holder died.
    pub const LOCK: u32 = 0;
    /// Two words that are equal whenever nobody holds the lock and nobody died with it.
    pub const PAIR: u32 = 1;
    /// Who is between the lock and its release: the worker's number plus one, or 0.
    pub const INSIDE: u32 = 2;
    /// The counter's own lock; every worker adds to it.
    pub const COUNTER_LOCK: u32 = 3;
    /// The counter.
    pub const COUNTER: u32 = 4;
    /// One word a worker: how often it has added to the counter, written after it did.
    pub const TALLY: u32 = 5;
    /// One word a worker: to how many meetings it has come, written before it does.
    pub const CAME: u32 = 6;
    /// One word a worker: 1 when it has done everything and only waits to be let go.
    pub const DONE: u32 = 7;
    /// One word a meeting and worker, at `meeting * WORKERS + worker`: 1 when the worker led it.
    pub const LED: u32 = 8;
    /// How often a locker was told that the last holder had died.
    pub const RECOVERED: u32 = 9;
    /// How often a worker saw a promise broken; its reports say which.
    pub const VIOLATIONS: u32 = 10;
    /// The parent sets it: everybody may end.
    pub const LET_GO: u32 = 11;
    /// The barrier.
    pub const MEETING: u32 = 12;
}

/// The first header parameter: how many meetings a round has.
pub const MEETINGS_PARAM: usize = 0;

/// Tags under which a worker reports a broken promise; the value says who or how much.
pub mod violation {
    /// Somebody else was inside the lock.
    pub const NOT_ALONE: u64 = 1;
    /// Somebody else came in while this worker was inside.
    pub const INTRUDER: u64 = 2;
    /// The pair was torn, and nobody had died with the lock.
    pub const TORN: u64 = 3;
    /// A meeting ended although a living party had not come.
    pub const LEFT_EARLY: u64 = 4;
    /// Somebody went on past a meeting to which this worker had not come.
    pub const RAN_AHEAD: u64 = 5;
}

/// The board for this many meetings.
pub fn layout(meetings: usize) -> Layout {
    let mut layout = Layout::default();
    layout.add("lock", Kind::Lock);
    layout.array::<u64>("pair", 2);
    layout.add("inside", Kind::Cell { init: 0 });
    layout.value("counter");
    layout.array::<u64>("tally", WORKERS);
    layout.array::<u64>("came", WORKERS);
    layout.array::<u64>("done", WORKERS);
    layout.array::<u64>("led", meetings * WORKERS);
    layout.add("recovered", Kind::Cell { init: 0 });
    layout.add("violations", Kind::Cell { init: 0 });
    layout.add("let go", Kind::Cell { init: 0 });
    layout.add("meeting", Kind::Barrier { parties: WORKERS });
    layout
}
