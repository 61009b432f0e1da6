//! Lab 2's judges of pills: everybody gets one, nobody gets two, none is left.

use shared::baton::Action;
use shared::boards::lab2::Size;

use super::evidence::*;
use crate::drive::execution::Ending;
use crate::drive::model::Life;
use crate::drive::step::Step;
use crate::labs::{Finding, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

/// That nobody waits for ever is asked of every run; here only that nobody was sent home by force.
pub fn all_exit(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let (at, who) = gave_up(scenario, run.steps)?;
    Some(Finding { guilty: vec![at], ..Finding::new(format!("{} gave up, though nobody died", w(who))) })
}

/// Places in the steps where a worker did this with a pill.
fn did_with_pill<'s>(scenario: &'s Scenario, steps: &'s [Step], action: Action) -> impl Iterator<Item = usize> + 's {
    let did = move |s: &Step| is_worker(scenario, s.worker) && s.did(action) && at_inbox(s).is_some() && pills(s) > 0;
    steps.iter().enumerate().filter(move |(_, s)| did(s)).map(|(at, _)| at)
}

pub fn pill_count(scenario: &Scenario, run: &Run) -> Option<Finding> {
    if let Some(at) = did_with_pill(scenario, run.steps, Action::Put).next() {
        let message = format!("{} puts a pill back; when all have gone home, it is left", w(run.steps[at].worker));
        return Some(Finding { guilty: vec![at], ..Finding::new(message) });
    }
    let given_back = run.steps.iter().rposition(|s| s.did(Action::GiveBack) && is_worker(scenario, s.worker));
    let left = pills_left(run.model);
    if let Some(at) = given_back.filter(|_| left > 0 && *run.ending == Ending::Complete) {
        let message =
            format!("{left} left in the inbox: {} goes home with its pill unacknowledged", w(run.steps[at].worker));
        return Some(Finding { guilty: vec![at], ..Finding::new(message) });
    }
    if is_fed(scenario) {
        return None;
    }
    let (sent, workers) = (pills_sent(run.steps), Size::of(&scenario.header).workers as usize);
    match sent {
        0 if *run.ending == Ending::Complete => {
            Some(Finding::new("no pill was sent, so there is nothing to count: how did the workers learn of the end?"))
        }
        _ if sent > workers => Some(Finding::new(format!("{sent} pills were sent for {workers} workers"))),
        _ => None,
    }
}

/// Whether somebody waits for ever because of a mistake with pills that needs no kill to be seen: `all-exit` judges that.
pub fn explains_waiting(scenario: &Scenario, run: &Run) -> bool {
    let Ending::Deadlock(waiting) = run.ending else { return false };
    let workers = (0..scenario.workers()).filter(|p| is_worker(scenario, *p));
    let consumed = |p: usize| -> usize {
        let good =
            |s: &&Step| s.worker == p && [Action::Take, Action::TryTake, Action::Acknowledge].iter().any(|a| s.did(*a));
        run.steps.iter().filter(good).map(pills).sum()
    };
    let waits =
        |p: usize| waiting.iter().any(|(w, op)| *w == p && op.object == INBOX) && run.model.life[p] == Life::Alive;
    let dead = usize::from(grader_kill(run.steps).is_some());
    let too_few = pills_sent(run.steps) + dead < Size::of(&scenario.header).workers as usize;
    workers.clone().any(waits) && (too_few || workers.clone().any(|p| consumed(p) > 1 || consumed(p) > 0 && waits(p)))
}
