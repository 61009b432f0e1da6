//! Plain enumeration of schedules, depth first, optionally under a bound on preemptions.
//!
//! A preemption takes the turn from a worker that could have gone on. Most concurrency bugs need one or two (Musuvathi and
//! Qadeer, "Iterative Context Bounding", PLDI 2007); a bounded search proves nothing beyond its bound, and says so.
//! Nothing is left out by cleverness here, which is why the reduction is tested against it.

use anyhow::Result;
use shared::baton::Op;

use super::{Explored, Found, Limits, Run, replay};
use crate::drive::execution::{Ending, Execution, Setting};
use crate::drive::machine::Machine;
use crate::drive::step::Choice;

/// One way on from a state.
#[derive(Clone, Copy)]
struct Way {
    choice: Choice,
    op: Op,
    /// Preemptions so far, this one included.
    preemptions: u32,
}

struct Frame {
    taken: Way,
    untried: Vec<Way>,
}

/// Runs every schedule with at most `bound` preemptions (all schedules, when there is no bound).
///
/// # Errors
/// Only when something of ours fails.
pub fn explore<F>(
    machine: &mut dyn Machine,
    setting: &Setting,
    limits: Limits,
    bound: Option<u32>,
    judge: &mut dyn FnMut(&Run) -> Option<F>,
) -> Result<Explored<F>> {
    super::with_findings(judge, |refuses| visit(machine, setting, limits, bound, refuses))
}

fn visit(
    machine: &mut dyn Machine,
    setting: &Setting,
    limits: Limits,
    bound: Option<u32>,
    refuses: &mut dyn FnMut(&Run) -> bool,
) -> Result<Explored<()>> {
    let mut explored = Explored { bound, ..Explored::default() };
    let mut stack: Vec<Frame> = Vec::new();
    loop {
        if explored.executions == limits.executions {
            return Ok(explored);
        }
        explored.executions += 1;
        let choices = stack.iter().map(|f| (f.taken.choice, f.taken.op)).collect();
        let mut execution = Execution::start_towards(machine, setting, choices)?;
        if let Some(why) = replay::follow(&mut execution, stack.iter().map(|f| (f.taken.choice, f.taken.op)))? {
            explored.diverged = Some(why);
            return Ok(explored);
        }
        let ending = loop {
            if let Some(ending) = execution.ending() {
                break ending;
            }
            let frame = open(&execution, stack.last(), limits.victims, bound);
            execution.take(frame.taken.choice)?;
            stack.push(frame);
        };
        let schedule: Vec<Choice> = stack.iter().map(|f| f.taken.choice).collect();
        let run = Run { steps: &execution.steps, ending: &ending, model: &execution.model, schedule: &schedule };
        if refuses(&run) {
            let steps = execution.steps.clone();
            explored.found = Some(Found { finding: (), schedule, steps, execution: explored.executions });
            return Ok(explored);
        }
        if ending != Ending::Complete {
            kill_the_waiting(&execution, &mut stack, limits.victims);
        }
        drop(execution);
        if !advance(&mut stack) {
            explored.complete = true;
            return Ok(explored);
        }
    }
}

/// A new frame: every choice that the bound allows, the one without a decision first.
fn open(execution: &Execution, last: Option<&Frame>, victims: u64, bound: Option<u32>) -> Frame {
    let enabled = execution.enabled();
    let last = last.map(|f| f.taken);
    let option = |choice: Choice| {
        let preempts = match (last.map(|l| l.choice), choice) {
            (Some(Choice::Run(before)), Choice::Run(now)) => before != now && enabled >> before & 1 == 1,
            _ => false,
        };
        let op = *execution.pending(choice.worker()).expect("a choice names a waiting worker");
        Way { choice, op, preemptions: last.map_or(0, |l| l.preemptions) + u32::from(preempts) }
    };
    let first = replay::onward(execution, last.map(|l| l.choice));
    let workers = 0..execution.model.life.len();
    let kills = killable(execution, victims).map(Choice::Kill);
    let runs = workers.rev().filter(|w| enabled >> w & 1 == 1).map(Choice::Run).filter(|c| *c != first);
    let mut untried: Vec<Way> = kills.chain(runs).map(option).collect();
    untried.retain(|o| bound.is_none_or(|b| o.preemptions <= b));
    Frame { taken: option(first), untried }
}

/// A kill can still strike those that wait for ever: longer executions, tried next.
fn kill_the_waiting(execution: &Execution, stack: &mut Vec<Frame>, victims: u64) {
    let preemptions = stack.last().map_or(0, |f| f.taken.preemptions);
    let untried: Vec<Way> = killable(execution, victims)
        .map(|w| Way {
            choice: Choice::Kill(w),
            op: *execution.pending(w).expect("a killable worker waits"),
            preemptions,
        })
        .collect();
    // The frame counts as taken once `advance` has put the first kill in this place.
    if let Some(taken) = untried.last().copied() {
        stack.push(Frame { taken, untried });
    }
}

/// The workers that may be killed now.
fn killable(execution: &Execution, victims: u64) -> impl Iterator<Item = usize> {
    let allowed = move |w: &usize| victims >> w & 1 == 1 && execution.is_killable(*w);
    (0..execution.model.life.len()).rev().filter(allowed)
}

/// Moves on to the next schedule; false when there is none.
fn advance(stack: &mut Vec<Frame>) -> bool {
    while let Some(frame) = stack.last_mut() {
        if let Some(next) = frame.untried.pop() {
            frame.taken = next;
            return true;
        }
        stack.pop();
    }
    false
}
