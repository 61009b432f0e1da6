//! The shortest way to a failure: fewest switches between workers, then fewest steps.

use anyhow::Result;

use crate::drive::execution::{Execution, Setting};
use crate::drive::machine::Machine;
use crate::drive::step::Choice;
use crate::labs::Finding;
use crate::search::{Found, Limits, Run, bounded, replay};

/// Steps spent on each bound, counted as if all executions were as long as the one that was found: spinning makes long
/// ones. A bound that needs more than this is left with the best story so far.
const STEPS: u64 = 45_000;
/// The highest bound that is tried.
const MOST_PREEMPTIONS: u32 = 3;

/// Looks for a failure with the same message under rising preemption bounds; gives `found` back when there is no better.
///
/// # Errors
/// Only when something of ours fails.
pub fn shortest(
    machine: &mut dyn Machine,
    setting: &Setting,
    victims: u64,
    found: Found<Finding>,
    judge: &dyn Fn(&Run) -> Option<Finding>,
) -> Result<Found<Finding>> {
    // A few dozen steps, as usual, leave 1,500 executions and more; that is always enough.
    let limits = Limits { executions: (STEPS / found.steps.len().max(30) as u64).max(1), victims };
    for bound in 0..=MOST_PREEMPTIONS {
        let mut best: Option<Found<Finding>> = None;
        let mut keep_shortest = |run: &Run| -> Option<()> {
            let finding = judge(run)?;
            let shorter = best.as_ref().is_none_or(|b| run.steps.len() < b.steps.len());
            if shorter && same_kind(&finding.message, &found.finding.message) {
                let (schedule, steps) = (run.schedule.to_vec(), run.steps.to_vec());
                best = Some(Found { finding, schedule, steps, execution: found.execution });
            }
            None
        };
        let explored = bounded::explore(machine, setting, limits, Some(bound), &mut keep_shortest)?;
        if best.is_some() || explored.diverged.is_some() {
            return Ok(best.unwrap_or(found));
        }
    }
    Ok(found)
}

/// Messages that differ only in numbers (which worker, which value) are about the same failure.
fn same_kind(a: &str, b: &str) -> bool {
    let letters = |s: &str| s.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    letters(a) == letters(b)
}

/// Cuts a schedule where nothing but the default follows: the shortest prefix that still leads to the same steps.
///
/// # Errors
/// Only when something of ours fails.
pub fn cut(machine: &mut dyn Machine, setting: &Setting, schedule: &[Choice]) -> Result<Vec<Choice>> {
    let mut execution = Execution::start(machine, setting)?;
    let mut needed = schedule.len().min(1);
    for (at, choice) in schedule.iter().enumerate() {
        if execution.ending().is_some() {
            break;
        }
        let last = at.checked_sub(1).map(|before| schedule[before]);
        if replay::onward(&execution, last) != *choice {
            needed = at + 1;
        }
        execution.take(*choice)?;
    }
    Ok(schedule[..needed].to_vec())
}
