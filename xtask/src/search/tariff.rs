//! The virtual prices: what an operation costs on the virtual clock, in nanoseconds. One table; the docs read it.
//!
//! The numbers are rounded medians of measurements on one machine; what matters is that they are the same everywhere. A
//! look at a flag is three orders of magnitude cheaper than a wake-up: that is what the labs teach.

use serde::Serialize;
use shared::baton::Action;

/// Prices in nanoseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tariff {
    /// A load, a store, a plain word.
    pub access: u64,
    /// An atomic read-modify-write.
    pub exchange: u64,
    /// Taking a free lock.
    pub lock: u64,
    /// Freeing a lock.
    pub unlock: u64,
    /// A wait up to this long is spent spinning.
    pub spin: u64,
    /// From the step that lets a spinner go to its first instruction.
    pub hand_over: u64,
    /// From the step that lets a sleeper go to its first instruction.
    pub wake: u64,
    /// Coming to a barrier.
    pub barrier: u64,
    /// One step of a queue.
    pub queue: u64,
    /// An item that a queue's step moves.
    pub item: u64,
    /// Sending into or taking from a connection: a system call and a copy.
    pub message: u64,
    /// Starting a process.
    pub fork: u64,
    /// Killing a process.
    pub kill: u64,
}

/// The tariff.
pub const TARIFF: Tariff = Tariff {
    access: 1,
    exchange: 7,
    lock: 10,
    unlock: 5,
    spin: 1_000,
    hand_over: 100,
    wake: 4_500,
    barrier: 20,
    queue: 30,
    item: 3,
    message: 600,
    fork: 43_000,
    kill: 14_000,
};

impl Tariff {
    /// The price of an operation that need not wait; `items` is how many a queue's step moved, `compute` what one
    /// computation costs in the scenario.
    pub fn price(&self, action: Action, argument: u64, items: u64, compute: u64) -> u64 {
        match action {
            Action::Compute => compute,
            Action::Load | Action::LoadAcquire | Action::Store | Action::StoreRelease => self.access,
            Action::ReadWord | Action::WriteWord => self.access,
            Action::CompareExchange | Action::FetchAdd => self.exchange,
            Action::Lock => self.lock,
            Action::Unlock => self.unlock,
            Action::Arrive => self.barrier,
            Action::Sleep => argument,
            Action::Put | Action::Take | Action::TryTake | Action::Lease => self.queue + items * self.item,
            // An acknowledgement moves nothing.
            Action::Acknowledge | Action::GiveBack | Action::IsEmpty | Action::Close | Action::Join => self.queue,
            Action::Send | Action::TrySend | Action::Receive | Action::ReceiveAny | Action::HangUp => self.message,
            Action::CrewAlive | Action::CrewNext | Action::CrewWait => self.access,
            Action::CrewRespawn => self.fork,
            Action::CrewKill => self.kill,
            Action::End | Action::Leave | Action::Note | Action::Report | Action::AwaitExit => 0,
        }
    }
}
