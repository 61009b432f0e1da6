//! What executes granted operations, one at a time.

use anyhow::Result;
use shared::baton::Op;

use super::step::Choice;

/// Where a worker stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It waits for its turn to do this.
    Announced(Op),
    /// Its function returned.
    Finished,
    /// Its function panicked.
    Panicked(String),
    /// It left the protocol.
    Broken(Broken),
    /// The grader killed it.
    Dead,
}

/// How a worker left the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The process ended by itself with this code.
    Exited(i32),
    /// A signal ended the process.
    Signal(i32),
    /// It computed for [`HANG_CPU`](super::watch::HANG_CPU) without a toolkit operation.
    Spinning,
    /// It sleeps somewhere outside the toolkit.
    AsleepOutside(String),
    /// It used the toolkit from a second thread.
    SecondThread,
    /// It went on after its execution was ended.
    Unstoppable,
    /// What it announced makes no sense, or its memory is not as its operations left it.
    Tampered(String),
}

/// Workers that do one granted operation at a time.
pub trait Machine {
    /// Starts a new execution from the initial state and runs every worker to its first stop. `choices`: what the
    /// scheduler will choose, each of which was possible before, until it lets each worker go on as long as it can; a
    /// machine may use it to run [ahead](super::ahead) of the granted steps.
    ///
    /// # Errors
    /// Only when something of ours fails; whatever a worker does is a [`Stop`].
    fn start(&mut self, choices: Option<Vec<(Choice, Op)>>) -> Result<Vec<Stop>>;

    /// Lets a worker do what it announced; `answer` is what a computation gives, always the same for the same worker and
    /// task. Returns the result and the next stop.
    ///
    /// # Errors
    /// As [`Machine::start`].
    fn grant(&mut self, worker: usize, answer: u64) -> Result<(u64, Stop)>;

    /// Kills a worker at its stop.
    ///
    /// # Errors
    /// As [`Machine::start`].
    fn kill(&mut self, worker: usize) -> Result<()>;

    /// A worker's function has returned, and from now on the others see it.
    fn end(&mut self, worker: usize);

    /// Starts a fresh worker in the place of a killed one and runs it to its first stop.
    ///
    /// # Errors
    /// As [`Machine::start`].
    fn respawn(&mut self, worker: usize) -> Result<Stop>;

    /// The text the worker left in its page.
    fn text(&self, worker: usize) -> String;

    /// The data that goes with what the worker announced: the items of a put.
    fn data(&self, worker: usize) -> Vec<u64>;

    /// The bytes of the send that the worker announced.
    fn bytes(&self, worker: usize) -> Vec<u8>;

    /// Whether some worker has done operations that were not granted yet.
    fn is_ahead(&self) -> bool {
        false
    }

    /// What the real memory holds at a byte offset of the payload; `None` when there is no real memory.
    fn memory(&self, offset: usize) -> Option<u64>;

    /// The id by which a lock's word names this worker.
    fn owner_id(&self, worker: usize) -> u64;
}
