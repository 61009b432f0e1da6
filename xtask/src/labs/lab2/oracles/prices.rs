//! Lab 2's judges of what waiting and stopping cost.

use shared::baton::Action;
use shared::boards::lab2::Size;

use super::evidence::*;
use crate::drive::step::{Step, What};
use crate::labs::lab2::scenarios::PAUSE_NS;
use crate::labs::{Finding, Scenario};
use crate::search::clock::Timed;
use crate::search::tariff::TARIFF;

/// How many wake-ups the way home may take. All pills at once need three; workers that lease three at a time and give the
/// others' pills back need seven, and a pill that is handed on from worker to worker ten.
pub const WAKE_UPS: u64 = 8;

/// Whether the step looks for something to do, or sleeps instead of waiting.
fn is_look(step: &Step) -> bool {
    use Action::*;
    step.op().is_some_and(|op| {
        matches!(op.action, TryTake | IsEmpty | Load | LoadAcquire | CompareExchange | FetchAdd | ReadWord | Sleep)
    })
}

pub fn idle(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    if let Some(id) = size.ids().find(|id| solved(&timed.steps, *id).is_empty()) {
        return Some(Finding::new(format!("task {id} was never done, so there is nothing to count")));
    }
    let (mut inside, mut looks, mut at_empty) = (0usize, 0u64, 0u64);
    let (mut worst, mut guilty) = (0, Vec::new());
    for (at, step) in timed.steps.iter().enumerate() {
        match at_inbox(step).map(|op| op.action) {
            Some(Action::Put) => (inside, looks) = (inside + step.items, 0),
            Some(Action::Take | Action::TryTake | Action::Lease) => inside -= step.items,
            // What comes back is not counted in the step: a lease that is given back was at most what was taken.
            _ => {}
        }
        if is_worker(scenario, step.worker) && inside == 0 && step.items == 0 && is_look(step) {
            looks += 1;
            at_empty += 1;
            if looks > worst {
                (worst, guilty) = (looks, vec![at]);
            }
        }
    }
    let message = format!("{worst} looks while the inbox stayed empty, {at_empty} in all; allowed 1 before it waits");
    (worst > 1).then(|| Finding { guilty, ..Finding::new(message) })
}

pub fn latency(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    // Who shoots the workers sends no pills: `pill-count` judges that.
    if supervisor_killed(&timed.steps) {
        return None;
    }
    let home = |s: &Step| is_worker(scenario, s.worker) && s.what == What::Returned;
    let gone = timed.steps.iter().filter(|s| home(s)).count();
    if gone == 0 {
        return Some(Finding::new("no worker ever goes home, so there is no latency"));
    }
    let limit = WAKE_UPS * TARIFF.wake;
    let took = timed.makespan.saturating_sub(PAUSE_NS);
    let workers = Size::of(&scenario.header).workers;
    let message = format!(
        "{workers} idle workers are home after {:.1} us; allowed {:.1}: {WAKE_UPS} wake-ups of {:.1} us",
        took as f64 / 1e3,
        limit as f64 / 1e3,
        TARIFF.wake as f64 / 1e3
    );
    (took > limit).then(|| Finding::new(message))
}
