//! Following a given schedule, and noticing when a run leaves it.

use anyhow::Result;
use shared::baton::Op;

use crate::drive::execution::Execution;
use crate::drive::step::Choice;

/// Takes the choices of a recorded prefix; each must find the operation that was recorded. `Some(what differed)` when not:
/// the student's code does something that the schedule does not decide.
///
/// # Errors
/// Only when something of ours fails.
pub fn follow(execution: &mut Execution, prefix: impl Iterator<Item = (Choice, Op)>) -> Result<Option<String>> {
    for (number, (choice, op)) in prefix.enumerate() {
        let worker = choice.worker();
        let number = number + 1;
        match execution.pending(worker) {
            Some(now) if *now == op => execution.take(choice)?,
            Some(now) => {
                let (was, is) = (op.action, now.action);
                return Ok(Some(format!("at step {number} worker {} did {was:?} before, now {is:?}", worker + 1)));
            }
            None => {
                return Ok(Some(format!("at step {number} worker {} had a turn before, now it has ended", worker + 1)));
            }
        }
    }
    Ok(None)
}

/// Follows a schedule as far as it can be followed, then lets each worker go on as long as it can, lowest first.
///
/// Choices that are not possible (the worker waits, or has ended) are left out; the number of those is returned.
///
/// # Errors
/// Only when something of ours fails.
pub fn play(execution: &mut Execution, schedule: &[Choice]) -> Result<(Vec<Choice>, usize)> {
    let (mut taken, mut skipped) = (Vec::new(), 0);
    for choice in schedule {
        if execution.ending().is_some() {
            skipped += 1;
            continue;
        }
        let worker = choice.worker();
        let possible = match choice {
            Choice::Run(_) => worker < 64 && execution.enabled() >> worker & 1 == 1,
            Choice::Kill(_) => execution.is_killable(worker),
        };
        if possible {
            execution.take(*choice)?;
            taken.push(*choice);
        } else {
            skipped += 1;
        }
    }
    while execution.ending().is_none() {
        let choice = onward(execution, taken.last().copied());
        execution.take(choice)?;
        taken.push(choice);
    }
    Ok((taken, skipped))
}

/// The choice that needs no decision: the same worker as before if it can go on, else the lowest that can.
pub fn onward(execution: &Execution, last: Option<Choice>) -> Choice {
    let enabled = execution.enabled();
    match last {
        Some(Choice::Run(worker)) if enabled >> worker & 1 == 1 => Choice::Run(worker),
        _ => Choice::Run(enabled.trailing_zeros() as usize),
    }
}
