//! Lab 5's judges of `quiet`: it stops in time, loses nothing by that, and hardly costs anything.

use shared::baton::{Action, Op};
use shared::boards::lab5::Size;

use super::evidence::{STOP, not_once, solved, workers, wrong_result};
use crate::drive::step::Step;
use crate::labs::{Finding, Scenario};
use crate::search::Run;
use crate::search::clock::Timed;
use crate::story::words::worker as w;

/// How much longer than work without talk the quiet architecture may take.
const ALLOWED: f64 = 1.05;

/// What one worker has done so far.
#[derive(Default)]
struct Progress {
    sum: u64,
    since_look: u64,
    /// Where it reached the limit, and how many tasks it solved after that before it raised the flag.
    reached: Option<(usize, u64)>,
    raised: bool,
    /// Where it saw the flag raised.
    saw: Option<usize>,
}

pub fn early_stop(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let [every, limit, ..] = scenario.header.roles[0].args;
    let late = (0..workers(scenario)).find_map(|worker| follow(run.steps, worker, every, limit));
    late.or_else(|| wrong_result(scenario, run.steps))
}

/// Goes through one worker's steps and finds the first that breaks a promise.
fn follow(steps: &[Step], worker: usize, every: u64, limit: u64) -> Option<Finding> {
    let mut progress = Progress::default();
    let who = w(worker);
    let at_fault = |guilty, message: String| Some(Finding { guilty, ..Finding::new(message) });
    let own = steps.iter().enumerate().filter(|(_, step)| step.worker == worker);
    for (at, step, op) in own.filter_map(|(at, step)| Some((at, step, step.op()?))) {
        if looks(op) {
            progress.since_look = 0;
            progress.saw = progress.saw.or((step.result != 0).then_some(at));
        }
        progress.raised |= raises(step, op);
        if op.action != Action::Compute {
            continue;
        }
        if let Some(saw) = progress.saw {
            return at_fault(vec![saw, at], format!("{who} sees `stop` raised and solves another task"));
        }
        progress.since_look += 1;
        if progress.since_look > every {
            let many = progress.since_look;
            let message = format!("{who} solves {many} tasks without a look at `stop`; asked: one every {every}");
            return at_fault(vec![at], message);
        }
        progress.sum += step.result;
        match &mut progress.reached {
            None if progress.sum >= limit => progress.reached = Some((at, 0)),
            Some((reached, more)) if !progress.raised => {
                *more += 1;
                if *more >= every {
                    let message = format!("{who} has found {limit} and goes on without raising `stop`");
                    return at_fault(vec![*reached, at], message);
                }
            }
            _ => {}
        }
    }
    let (reached, _) = progress.reached.filter(|_| !progress.raised && progress.saw.is_none())?;
    at_fault(vec![reached], format!("{who} has found {limit}, the limit, and never raises `stop`"))
}

fn looks(op: &Op) -> bool {
    let looks = [Action::Load, Action::LoadAcquire, Action::CompareExchange, Action::FetchAdd];
    op.object == STOP && looks.contains(&op.action)
}

fn raises(step: &Step, op: &Op) -> bool {
    op.object == STOP
        && match op.action {
            Action::Store | Action::StoreRelease | Action::FetchAdd => op.b != 0,
            Action::CompareExchange => step.result == op.a && op.b != 0,
            _ => false,
        }
}

pub fn quiet_tax(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    if let Some(finding) = not_once(scenario, &timed.steps).or_else(|| wrong_result(scenario, &timed.steps)) {
        return Some(finding);
    }
    let size = Size::of(&scenario.header);
    let pure = size.tasks.div_ceil(size.workers) * scenario.compute_ns;
    let ratio = timed.makespan as f64 / pure as f64;
    if ratio <= ALLOWED {
        return None;
    }
    let locks = timed.steps.iter().filter(|step| step.did(Action::Lock)).count();
    let most = (0..workers(scenario)).map(|w| solved(&timed.steps).filter(|(_, s, ..)| *s == w).count()).max();
    Some(Finding::new(format!(
        "`quiet` takes {ratio:.2} times as long as work without talk; allowed {ALLOWED}: {} tasks, {locks} lock \
         acquisitions, {} tasks by the busiest worker",
        size.tasks,
        most.unwrap_or(0)
    )))
}
