//! Steps that a worker does [ahead](shared::ahead) of their being granted: what it may do, and what of it is still to be
//! taken.
//!
//! Two rules keep this sound. A worker runs ahead only over steps of its own that come directly after each other in the
//! schedule. And behind the part that repeats an earlier execution it runs ahead only over operations that nothing can
//! prevent. So the schedule comes out as it would have without.

use std::collections::VecDeque;

use shared::baton::Op;

use super::machine::Stop;
use super::step::Choice;

/// What is known beforehand about the schedule: choices that were possible before, after which each worker goes on as
/// long as it can.
#[derive(Debug, Default)]
pub struct Foresight {
    known: bool,
    choices: Vec<(Choice, Op)>,
    at: usize,
    last: Option<usize>,
}

impl Foresight {
    /// These choices come next.
    pub fn new(choices: Vec<(Choice, Op)>) -> Foresight {
        Foresight { known: true, choices, ..Foresight::default() }
    }

    /// A shared step of this worker was granted.
    pub fn granted(&mut self, worker: usize) {
        self.last = Some(worker);
        self.at += 1;
    }

    /// A worker was killed.
    pub fn killed(&mut self) {
        self.last = None;
        self.at += 1;
    }

    /// The shared steps of this worker that come next, before anybody else's, and whether it then goes on as long as it
    /// can.
    pub fn steps(&self, worker: usize) -> (impl Iterator<Item = Op>, bool) {
        let rest = self.choices.get(self.at..).unwrap_or(&[]);
        let run = rest.iter().take_while(|(choice, _)| *choice == Choice::Run(worker)).count();
        let goes_on = self.known && run == rest.len() && (run > 0 || self.last == Some(worker));
        (rest[..run].iter().map(|(_, op)| *op), goes_on)
    }
}

/// What one worker has done that the execution has not yet taken.
#[derive(Debug, Default)]
pub struct Ahead {
    done: VecDeque<(Op, u64)>,
    stop: Option<Stop>,
    announced: Option<Op>,
}

impl Ahead {
    /// Whether there are steps that the execution has not yet taken.
    pub fn is_ahead(&self) -> bool {
        !self.done.is_empty()
    }

    /// The operation that the execution sees announced.
    pub fn announced(&self) -> Option<Op> {
        self.announced
    }

    /// A turn is over: the worker did these operations, each of which gave this, and then stopped.
    pub fn stopped(&mut self, done: VecDeque<(Op, u64)>, stop: Stop) {
        (self.done, self.stop) = (done, Some(stop));
    }

    /// Where the execution sees the worker next: before an operation that was done ahead, or where it really stopped.
    pub fn next_stop(&mut self) -> Stop {
        let stop = match self.done.front() {
            Some((op, _)) => Stop::Announced(*op),
            None => self.stop.take().unwrap_or(Stop::Dead),
        };
        self.announced = if let Stop::Announced(op) = &stop { Some(*op) } else { None };
        stop
    }

    /// The result of the announced operation, if it was done ahead.
    pub fn take_result(&mut self) -> Option<u64> {
        self.done.pop_front().map(|(_, result)| result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::baton::Action;

    fn load(object: u32) -> Op {
        Op { action: Action::Load, object, a: 0, b: 0 }
    }

    fn ahead(foresight: &Foresight, worker: usize) -> (Vec<Op>, bool) {
        let (steps, goes_on) = foresight.steps(worker);
        (steps.collect(), goes_on)
    }

    #[test]
    fn only_the_worker_whose_turn_comes_next_runs_ahead_and_only_up_to_the_others() {
        let runs = [(0, 1), (0, 2), (1, 3), (0, 4)].map(|(w, object)| (Choice::Run(w), load(object)));
        let mut foresight = Foresight::new(runs.to_vec());
        assert_eq!(ahead(&foresight, 0), (vec![load(1), load(2)], false));
        assert_eq!(ahead(&foresight, 1), (vec![], false));
        foresight.granted(0);
        foresight.granted(0);
        assert_eq!(ahead(&foresight, 0), (vec![], false));
        assert_eq!(ahead(&foresight, 1), (vec![load(3)], false));
        foresight.granted(1);
        // Nothing is known to come after the last choice: its worker goes on.
        assert_eq!(ahead(&foresight, 0), (vec![load(4)], true));
        foresight.granted(0);
        assert_eq!((ahead(&foresight, 0).1, ahead(&foresight, 1).1), (true, false));
    }

    #[test]
    fn nobody_runs_ahead_into_a_kill_or_without_a_foreseen_schedule() {
        let mut foresight = Foresight::new(vec![(Choice::Run(0), load(1)), (Choice::Kill(0), load(2))]);
        assert_eq!(ahead(&foresight, 0), (vec![load(1)], false));
        foresight.granted(0);
        assert_eq!(ahead(&foresight, 0), (vec![], false));
        foresight.killed();
        assert_eq!((ahead(&foresight, 0).1, ahead(&foresight, 1).1), (false, false), "who goes first is not known");
        let mut blind = Foresight::default();
        blind.granted(0);
        assert_eq!(ahead(&blind, 0), (vec![], false));
    }
}
