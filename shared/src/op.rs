//! What a worker can announce: the words of the protocol between worker and grader.

/// What a worker can announce. The numbers are the protocol between worker and grader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Action {
    /// Read a cell, relaxed.
    Load = 1,
    /// Read a cell; acquires what the writer released.
    LoadAcquire = 2,
    /// Write `b` to a cell, relaxed.
    Store = 3,
    /// Write `b` to a cell; releases everything before it.
    StoreRelease = 4,
    /// Write `b` to a cell if it holds `a`; gives the old value. Acquires, and releases when it wrote.
    CompareExchange = 5,
    /// Add `b` to a cell (wrapping); gives the old value. Acquires and releases.
    FetchAdd = 6,
    /// Take a lock; gives 1 when the last holder died with it.
    Lock = 7,
    /// Free a lock.
    Unlock = 8,
    /// Read plain word `a` of an array.
    ReadWord = 9,
    /// Write `b` to plain word `a` of an array.
    WriteWord = 10,
    /// Come to a barrier; gives generation * 2 + 1 when the last one (the leader), else generation * 2.
    Arrive = 11,
    /// Leave generation `a` of a barrier; gives 1 when this worker completed it for the dead, else 0.
    Leave = 12,
    /// Compute task (`a`, `b`); the grader supplies the answer.
    Compute = 13,
    /// Say something in the story; the text is in the page.
    Note = 14,
    /// Report `b` under tag `a` to the grader: how given code tells what a student's function returned.
    Report = 15,
    /// Sleep `a` nanoseconds.
    Sleep = 16,
    /// Wait until the workers in bit set `a` have finished or died: how given code looks at what is left.
    AwaitExit = 17,
    /// Put up to `a` items, which are in the page's data, at the end of a queue (`b` is the first one's first word); gives
    /// how many, or `CLOSED`.
    Put = 18,
    /// Take the first item of a queue for good; gives 1, or 0 when the queue is closed and everything is done.
    Take = 19,
    /// The same without waiting; gives 0 when there is none.
    TryTake = 20,
    /// Take up to `a` items, to be acknowledged; gives how many, or 0 as above.
    Lease = 21,
    /// Acknowledge the first `a` items of the lease.
    Acknowledge = 22,
    /// Give the rest of the lease back to the head of the queue.
    GiveBack = 23,
    /// Look whether a queue has no item; gives 1 or 0.
    IsEmpty = 24,
    /// Close a queue.
    Close = 25,
    /// Wait until everything that was put into a queue is done.
    Join = 26,
    /// Send the `a` bytes in the page, whose [`fingerprint`](crate::endpoint::ring::fingerprint) is `b`, once there is room
    /// for all of them; gives 0, or 1 when the other side is gone.
    Send = 40,
    /// As [`Action::Send`], but never waits: gives 2 when there is no room.
    TrySend = 41,
    /// Take what has come, at most `a` bytes; waits for some at most `b` nanoseconds (0: for ever). Gives the nanoseconds
    /// waited * 65,536 + bytes, 0 bytes at the end of the stream, 65,535 when the time was over.
    Receive = 42,
    /// Take what has come through any of several connections, or see that one has room again; see
    /// [`endpoint::ring`](crate::endpoint::ring).
    ReceiveAny = 43,
    /// End a stream: what is on its way still arrives.
    HangUp = 44,
    /// Wait until the workers in bit set `a` have ended; gives the bit set of those of them that died.
    CrewWait = 60,
    /// Wait until one of the workers in bit set `a` has ended; gives the lowest one's `crew::next_word`, 0 for no workers.
    CrewNext = 61,
    /// Look which of the workers in bit set `a` have not ended; gives their bit set.
    CrewAlive = 62,
    /// Start worker `a` anew; gives 1, or 0 when it is not dead.
    CrewRespawn = 63,
    /// Kill worker `a`; gives 1, or 0 when it has ended already.
    CrewKill = 64,
    /// Return from the worker's function. No worker announces this: where there is a crew, the grader makes a step of it,
    /// because others can see it.
    End = 65,
}

impl Action {
    const ALL: [Action; 36] = [
        Action::Load,
        Action::LoadAcquire,
        Action::Store,
        Action::StoreRelease,
        Action::CompareExchange,
        Action::FetchAdd,
        Action::Lock,
        Action::Unlock,
        Action::ReadWord,
        Action::WriteWord,
        Action::Arrive,
        Action::Leave,
        Action::Compute,
        Action::Note,
        Action::Report,
        Action::Sleep,
        Action::AwaitExit,
        Action::Put,
        Action::Take,
        Action::TryTake,
        Action::Lease,
        Action::Acknowledge,
        Action::GiveBack,
        Action::IsEmpty,
        Action::Close,
        Action::Join,
        Action::Send,
        Action::TrySend,
        Action::Receive,
        Action::ReceiveAny,
        Action::HangUp,
        Action::CrewWait,
        Action::CrewNext,
        Action::CrewAlive,
        Action::CrewRespawn,
        Action::CrewKill,
    ];

    /// The action with this number.
    #[inline]
    pub fn from_number(number: u32) -> Option<Action> {
        Action::ALL.into_iter().find(|a| *a as u32 == number)
    }
}

/// No object: computation, notes, reports.
pub const NO_OBJECT: u32 = u32::MAX;

/// One announced operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Op {
    /// What.
    pub action: Action,
    /// Which object of the layout, or [`NO_OBJECT`].
    pub object: u32,
    /// First argument; see [`Action`].
    pub a: u64,
    /// Second argument; see [`Action`].
    pub b: u64,
}
