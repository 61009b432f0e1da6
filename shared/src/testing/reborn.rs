//! The board of the test of what a worker's connections are after it was started anew: as ended, free and stepped, as they
//! are for the other side.

use crate::region::{Kind, Layout};

/// The worker that is killed and started anew; the client of the connection.
pub const CLIENT: usize = 0;
/// The other side.
pub const SERVER: usize = 1;
/// Workers; the supervisor is the last process.
pub const WORKERS: usize = 2;

/// Numbers of the functions, as roles name them.
pub mod function {
    /// A worker's.
    pub const WORKER: u64 = 40;
    /// The supervisor's.
    pub const SUPERVISOR: u64 = 41;
}

/// Under which tags the workers report.
pub mod tag {
    /// What a receive gave: how many bytes, or 0 for the end.
    pub const RECEIVED: u64 = 1;
    /// Whether a send went: 1, or 0 because the other side is gone.
    pub const SENT: u64 = 2;
}

/// The board: how often the client was started, whether both have sent a byte, whether the fresh client is done, the connection,
/// the crew.
pub fn layout() -> Layout {
    let mut layout = Layout::default();
    for cell in ["starts", "ready", "done"] {
        layout.add(cell, Kind::Cell { init: 0 });
    }
    layout.connection(CLIENT, SERVER, [8; 2]);
    layout.add("crew", Kind::Crew);
    layout
}
