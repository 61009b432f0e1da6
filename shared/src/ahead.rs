//! Running ahead: operations that a stepped worker does without handing over the baton first.
//!
//! Handing over and getting back the baton are two switches of processes, and they are what an exploration spends its time
//! on. Often the grader knows beforehand that the same worker goes on: the search repeats the beginning of an earlier
//! execution, and where it need not decide it lets a worker go on as long as it can. So it grants some operations in
//! advance; the worker does them at once and leaves a line for each. The grader takes the lines one by one and judges them
//! as if it had just granted them.
//!
//! What may be granted in advance is what nothing could prevent: operations that the earlier execution had in the same
//! place, and operations that never wait. Whoever looks for the second time at what it has seen already may be spinning,
//! and whether a spinner goes on depends on the others: that is announced.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::baton::{Action, Op};
use crate::sys::hermetic::mix;

/// Operations that can be done ahead in one turn.
pub const LINES: usize = 48;
/// Shared operations that can be named in advance.
pub const SURE: usize = 24;
/// Answers that a worker can be given before it asks.
pub const ANSWERS: usize = 32;
/// Different looks that a worker remembers.
const LOOKS: usize = 16;

/// An operation that was done ahead.
#[repr(C)]
struct Line {
    action: AtomicU32,
    object: AtomicU32,
    args: [AtomicU64; 2],
    result: AtomicU64,
}

/// The part of a baton page that is about running ahead.
#[repr(C)]
pub struct Ahead {
    /// From the grader: how many entries of `sure` count.
    sure_len: AtomicU32,
    /// From the grader: 1 when the worker's turn goes on behind them.
    goes_on: AtomicU32,
    /// From the grader: how many entries of `answers` count.
    answers_len: AtomicU32,
    /// From the worker: how many shared operations of `sure` it has done.
    sure_done: AtomicU32,
    /// From the worker: how many lines it has written.
    lines_len: AtomicU32,
    unused: AtomicU32,
    /// Digests of the shared operations that come next for certain.
    sure: [AtomicU64; SURE],
    /// Tasks (`a`, `b`) of computations, with their answers.
    answers: [[AtomicU64; 3]; ANSWERS],
    lines: [Line; LINES],
}

/// What this worker has looked at since it last changed or computed something; zero: nothing.
static SEEN: [AtomicU64; LOOKS] = [const { AtomicU64::new(0) }; LOOKS];

/// Forgets all looks: at the end of an execution.
pub(crate) fn rest() {
    SEEN.iter().for_each(|seen| seen.store(0, Relaxed));
}

/// A number for an operation: different operations have different ones, but for accidents that cannot be had on purpose.
#[inline]
fn digest(op: Op) -> u64 {
    mix(mix(mix(u64::from(op.action as u32) << 32 | u64::from(op.object)) ^ op.a) ^ op.b) | 1
}

impl Ahead {
    /// Grants in advance: `sure` shared operations, then, if the turn `goes_on`, those that never wait. For the grader,
    /// while the worker waits. What does not fit is announced.
    #[inline]
    pub fn grant(&self, sure: impl Iterator<Item = Op>, goes_on: bool) {
        let mut sure = sure.fuse();
        let len = self.sure.iter().zip(&mut sure).map(|(to, op)| to.store(digest(op), Relaxed)).count();
        self.sure_len.store(len as u32, Relaxed);
        self.goes_on.store(u32::from(goes_on && sure.next().is_none()), Relaxed);
        self.sure_done.store(0, Relaxed);
        self.lines_len.store(0, Relaxed);
    }

    /// Remembers the answer to a computation for the times when this worker asks again; the first [`ANSWERS`] of them.
    #[inline]
    pub fn remember(&self, op: Op, answer: u64) {
        let at = self.answers_len.load(Relaxed) as usize;
        if self.answer(op).is_none() && at < ANSWERS {
            for (to, value) in self.answers[at].iter().zip([op.a, op.b, answer]) {
                to.store(value, Relaxed);
            }
            self.answers_len.store(at as u32 + 1, Relaxed);
        }
    }

    /// Forgets all answers: the next scenario has others.
    pub fn forget(&self) {
        self.answers_len.store(0, Relaxed);
    }

    /// How many lines the worker says it has written in its last turn.
    #[inline]
    pub fn lines(&self) -> usize {
        (self.lines_len.load(Relaxed) as usize).min(LINES)
    }

    /// A line: an operation that was done ahead and what it gave. `None` when there is no such operation.
    #[inline]
    pub fn line(&self, at: usize) -> Option<(Op, u64)> {
        let line = &self.lines[at];
        let action = Action::from_number(line.action.load(Relaxed))?;
        let [a, b] = line.args.each_ref().map(|arg| arg.load(Relaxed));
        Some((Op { action, object: line.object.load(Relaxed), a, b }, line.result.load(Relaxed)))
    }

    /// Whether the worker may do this operation at once: then where its answer stands and its result belongs. Every
    /// operation of a stepped worker comes here, because the looks are counted here.
    pub(crate) fn may_do(&self, op: Op) -> Option<&AtomicU64> {
        let fresh = is_fresh(op);
        let at = self.lines_len.load(Relaxed) as usize;
        let line = self.lines.get(at)?;
        // What is not listed here is announced: it may have to wait, or what it brings along is in the page only then.
        let answer = match op.action {
            Action::Compute => self.answer(op)?,
            Action::Report | Action::Sleep => 0,
            action if (waits(action) || never_waits(action)) && self.is_next(op) => 0,
            action if never_waits(action) && fresh && self.goes_on() => 0,
            _ => return None,
        };
        line.action.store(op.action as u32, Relaxed);
        line.object.store(op.object, Relaxed);
        line.args[0].store(op.a, Relaxed);
        line.args[1].store(op.b, Relaxed);
        line.result.store(answer, Relaxed);
        self.lines_len.store(at as u32 + 1, Relaxed);
        Some(&line.result)
    }

    #[inline]
    fn answer(&self, op: Op) -> Option<u64> {
        let known = &self.answers[..(self.answers_len.load(Relaxed) as usize).min(ANSWERS)];
        let found = known.iter().find(|[a, b, _]| a.load(Relaxed) == op.a && b.load(Relaxed) == op.b)?;
        Some(found[2].load(Relaxed))
    }

    /// Whether this is the next of the operations that are sure; it then counts as done.
    fn is_next(&self, op: Op) -> bool {
        let done = self.sure_done.load(Relaxed);
        let next = done < self.sure_len.load(Relaxed)
            && self.sure.get(done as usize).is_some_and(|sure| sure.load(Relaxed) == digest(op));
        self.sure_done.store(done + u32::from(next), Relaxed);
        next
    }

    fn goes_on(&self) -> bool {
        self.goes_on.load(Relaxed) == 1 && self.sure_done.load(Relaxed) >= self.sure_len.load(Relaxed)
    }
}

/// Operations that may be done ahead where an earlier execution had them.
fn waits(action: Action) -> bool {
    matches!(action, Action::Lock | Action::Leave | Action::AwaitExit)
}

/// Operations that can be done in every state.
fn never_waits(action: Action) -> bool {
    use Action::*;
    is_look(action) && action != Lock || matches!(action, WriteWord | Arrive) || is_write_to_a_cell(action)
}

fn is_write_to_a_cell(action: Action) -> bool {
    use Action::*;
    matches!(action, Store | StoreRelease | CompareExchange | FetchAdd)
}

/// Looks as the grader counts them for spinners.
fn is_look(action: Action) -> bool {
    use Action::*;
    matches!(action, Load | LoadAcquire | ReadWord | Lock | Unlock)
}

/// Whether an operation is no look, or one that this worker has not taken since it last changed or computed something.
fn is_fresh(op: Op) -> bool {
    use Action::*;
    if is_write_to_a_cell(op.action) || matches!(op.action, WriteWord | Arrive | Leave | Compute | AwaitExit) {
        rest();
        return true;
    }
    if !is_look(op.action) {
        return true;
    }
    let digest = digest(op);
    let place = SEEN.iter().find(|seen| [0, digest].contains(&seen.load(Relaxed)));
    // No place left: as if it had been seen.
    place.is_some_and(|place| place.swap(digest, Relaxed) == 0)
}
