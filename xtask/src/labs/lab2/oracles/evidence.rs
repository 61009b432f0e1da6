//! What lab 2's judges read out of the steps: where each task and each pill went.

use shared::baton::{Action, Op};
use shared::boards::lab2::{Size, function, proof_of, tag, value_of};
use shared::header::ARGS;

use crate::drive::model::{Model, Thing};
use crate::drive::step::{Step, What};
use crate::labs::{Scenario, reports};

/// The objects are numbered in the order of the board's layout.
pub const INBOX: u32 = 0;
pub const ANSWERS: u32 = 1;

/// What became of a task's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    Whole,
    Missing,
    Half,
    Wrong,
}

/// What stands in the answers for a task.
pub fn record(scenario: &Scenario, model: &Model, id: u64) -> Record {
    let Some(Thing::Array(words)) = model.things.get(ANSWERS as usize) else { return Record::Missing };
    let answer = value_of(scenario.header.seed, id);
    match (words[2 * id as usize], words[2 * id as usize + 1]) {
        (0, 0) => Record::Missing,
        (0, _) | (_, 0) => Record::Half,
        (a, p) if a == answer && p == proof_of(answer) => Record::Whole,
        _ => Record::Wrong,
    }
}

/// The tasks that have no whole answer.
pub fn lost_tasks<'s>(scenario: &'s Scenario, model: &'s Model) -> impl Iterator<Item = (u64, Record)> + 's {
    let all = Size::of(&scenario.header).ids().map(|id| (id, record(scenario, model, id)));
    all.filter(|(_, r)| *r != Record::Whole)
}

/// Whether the given feeder puts messages in place of the student's producers and supervisor.
pub fn is_fed(scenario: &Scenario) -> bool {
    feeder(scenario).is_some()
}

/// Whether the given feeder puts a pill in front of a task.
pub fn feeds_early_pill(scenario: &Scenario) -> bool {
    let tasks = Size::of(&scenario.header).tasks;
    feeder(scenario).is_some_and(|[_, pills, ..]| u64::from(pills.trailing_zeros()) < tasks)
}

fn feeder(scenario: &Scenario) -> Option<[u64; ARGS]> {
    let roles = &scenario.header.roles;
    roles.iter().find(|r| r.function % function::FLAG == function::FEED).map(|r| r.args)
}

/// Places in the steps where a task was solved.
pub fn solved(steps: &[Step], id: u64) -> Vec<usize> {
    let solves = |s: &Step| s.op().is_some_and(|op| op.action == Action::Compute && op.a == id);
    steps.iter().enumerate().filter(|(_, s)| solves(s)).map(|(at, _)| at).collect()
}

/// The operation, if the step is one at the inbox.
pub fn at_inbox(step: &Step) -> Option<&Op> {
    step.op().filter(|op| op.object == INBOX)
}

/// The messages that a step moved: a task's number, or `None` for a pill.
pub fn messages(step: &Step) -> impl Iterator<Item = Option<u64>> + '_ {
    step.data.chunks(2).map(|words| (words[0] == 1).then_some(words[1]))
}

/// How many pills a step moved.
pub fn pills(step: &Step) -> usize {
    messages(step).filter(Option::is_none).count()
}

/// The place in the steps of a worker's last step that moved this task through the inbox in this way.
pub fn last_moved(steps: &[Step], id: u64, actions: &[Action]) -> Option<usize> {
    let moves =
        |s: &Step| at_inbox(s).is_some_and(|op| actions.contains(&op.action)) && messages(s).any(|m| m == Some(id));
    steps.iter().rposition(moves)
}

/// How many pills were put into the inbox.
pub fn pills_sent(steps: &[Step]) -> usize {
    let puts = |s: &&Step| s.did(Action::Put) && at_inbox(s).is_some();
    steps.iter().filter(puts).map(pills).sum()
}

/// How many pills lie in the inbox.
pub fn pills_left(model: &Model) -> usize {
    let Some(Thing::Queue(queue)) = model.things.get(INBOX as usize) else { return 0 };
    queue.items.iter().filter(|words| words[0] != 1).count()
}

/// Whether a task lies in the inbox, or in a lease that somebody alive still holds.
pub fn is_in_inbox(model: &Model, id: u64) -> bool {
    let Some(Thing::Queue(queue)) = model.things.get(INBOX as usize) else { return false };
    let all = queue.items.iter().chain(queue.leases.iter().flat_map(|l| &l.items));
    all.into_iter().any(|words| words[..2] == [1, id])
}

/// The grader's kill: place in the steps and victim. A supervisor's kill comes right after its order.
pub fn grader_kill(steps: &[Step]) -> Option<(usize, usize)> {
    let killed = |at: usize| matches!(steps[at].what, What::Killed(_));
    let ordered = |at: usize| at > 0 && steps[at - 1].did(Action::CrewKill) && steps[at - 1].result == 1;
    (0..steps.len()).find(|at| killed(*at) && !ordered(*at)).map(|at| (at, steps[at].worker))
}

/// Whether a worker was killed by its supervisor.
pub fn supervisor_killed(steps: &[Step]) -> bool {
    steps.iter().any(|s| s.did(Action::CrewKill) && s.result == 1)
}

/// Where `producer` or `supervisor` gave up.
pub fn gave_up(scenario: &Scenario, steps: &[Step]) -> Option<(usize, usize)> {
    let of = |w: usize| reports(steps, w).find(|(_, t, _)| *t == tag::GAVE_UP).map(|(at, ..)| (at, w));
    (0..scenario.workers()).find_map(of)
}

/// Whether this process is one of the workers.
pub fn is_worker(scenario: &Scenario, process: usize) -> bool {
    scenario.header.roles[process].function % function::FLAG == function::WORKER
}
