//! The evidence: what was granted, to whom, and what it gave.

use shared::baton::{Action, Op};
use shared::endpoint::ring;

use super::machine::Broken;

/// A scheduler's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    /// This worker does what it announced.
    Run(usize),
    /// This worker is killed before it does what it announced.
    Kill(usize),
}

impl Choice {
    /// The worker that the choice is about.
    pub fn worker(self) -> usize {
        match self {
            Choice::Run(worker) | Choice::Kill(worker) => worker,
        }
    }
}

/// What happened in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The worker did this operation.
    Did(Op),
    /// The grader killed the worker; this is what it was about to do.
    Killed(Op),
    /// The worker's function returned.
    Returned,
    /// The worker's function panicked, with this message.
    Panicked(String),
    /// The worker ended or hung in a way that the toolkit cannot see.
    Broke(Broken),
}

/// One step of one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who, from 0.
    pub worker: usize,
    /// What.
    pub what: What,
    /// What an operation gave.
    pub result: u64,
    /// The text of a note; the bytes of a send, one character each.
    pub text: Option<String>,
    /// The words of the items that the step put into a queue, took out of it or acknowledged.
    pub data: Vec<u64>,
    /// How many items these are.
    pub items: usize,
}

impl Step {
    /// A step that gave nothing.
    pub fn new(worker: usize, what: What) -> Step {
        Step { worker, what, result: 0, text: None, data: Vec::new(), items: 0 }
    }

    /// The operation, if the step is one that was done.
    pub fn op(&self) -> Option<&Op> {
        match &self.what {
            What::Did(op) => Some(op),
            _ => None,
        }
    }

    /// The bytes that a send put on their way; none when the step is no send, or nothing went.
    pub fn sent(&self) -> Option<Vec<u8>> {
        let sends = self.did(Action::Send) || self.did(Action::TrySend);
        let text = self.text.as_ref().filter(|_| sends && self.result == ring::DONE)?;
        Some(text.chars().map(|c| c as u8).collect())
    }

    /// Whether the step is an operation of this kind that was done.
    pub fn did(&self, action: Action) -> bool {
        self.op().is_some_and(|op| op.action == action)
    }
}

/// Whether an operation concerns nobody but the worker itself: never a point where schedules branch.
pub fn is_local(action: Action) -> bool {
    matches!(action, Action::Compute | Action::Note | Action::Report | Action::Sleep)
}
