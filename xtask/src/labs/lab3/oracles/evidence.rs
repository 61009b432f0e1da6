//! What lab 3's judges read out of the steps.

use shared::baton::Action;
use shared::boards::lab3::{Claim, Find, tag};

use crate::drive::step::Step;
use crate::labs::reports;

/// The flag's lock: the objects are numbered in the order of the board's layout.
pub const STOP_LOCK: u32 = 0;
/// The flag's cell.
pub const STOP: u32 = 1;

/// The claims that were answered: (place in the steps, worker, what).
pub fn claims(steps: &[Step], workers: usize) -> Vec<(usize, usize, Claim)> {
    let all = (0..workers).flat_map(|w| reports(steps, w).map(move |(at, tag, value)| (at, w, tag, value)));
    let mut claims: Vec<_> = all
        .filter(|(_, _, t, _)| *t == tag::CLAIM)
        .map(|(at, w, _, won)| (at, w, if won == 1 { Claim::Won } else { Claim::Late }))
        .collect();
    claims.sort_unstable_by_key(|(at, _, _)| *at);
    claims
}

/// What `read_alert` answered: (place in the steps, round asked for, answer).
pub fn alerts(steps: &[Step], reader: usize) -> Vec<(usize, u32, Option<Find>)> {
    let mut answers = Vec::new();
    let (mut round, mut words) = (0, Vec::new());
    for (at, t, value) in reports(steps, reader) {
        match t {
            tag::ASKED => (round, words) = (value as u32, Vec::new()),
            tag::NO_ALERT => answers.push((at, round, None)),
            t if tag::ALERT.contains(&t) => words.push(value),
            _ => {}
        }
        if let [r, worker, index, value] = words[..] {
            answers.push((at, round, Some(Find { round: r as u32, worker: worker as u32, index, value })));
            words.clear();
        }
    }
    answers
}

/// Whether the step changed the flag.
pub fn writes_stop(step: &Step) -> bool {
    let Some(op) = step.op().filter(|op| op.object == STOP) else { return false };
    match op.action {
        Action::Store | Action::StoreRelease | Action::FetchAdd => true,
        Action::CompareExchange => step.result == op.a,
        _ => false,
    }
}

/// Whether the step is a look at the flag.
pub fn looks_at_stop(step: &Step) -> bool {
    step.op().is_some_and(|op| op.object == STOP && matches!(op.action, Action::Load | Action::LoadAcquire))
}

/// Computations: (place in the steps, worker, round, candidate).
pub fn searched(steps: &[Step]) -> impl Iterator<Item = (usize, usize, u64, u64)> + '_ {
    steps.iter().enumerate().filter(|(_, s)| s.did(Action::Compute)).filter_map(|(at, s)| {
        let op = s.op()?;
        Some((at, s.worker, op.a, op.b))
    })
}
