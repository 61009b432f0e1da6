//! Lab 1's judges of what talking costs: the batch rule, the messages, and two makespans.

use shared::baton::Action;
use shared::boards::lab1::{Size, Task, function, tag};

use super::answers::{answered, answered_tasks, fed, fed_tasks};
use super::evidence::{ANSWERS, TASKS, is};
use crate::drive::step::{Step, What};
use crate::judge::common;
use crate::labs::lab1::scenarios::{BATCH, BATCHES};
use crate::labs::{Finding, Scenario, reports};
use crate::search::clock::Timed;
use crate::story::words::worker as w;

pub fn batch_rule(_: &Scenario, timed: &Timed) -> Option<Finding> {
    for (worker, [task, step, tasks, workers]) in BATCHES.into_iter().enumerate() {
        let call = format!("batch_size({task}, {step}, {tasks}, {workers})");
        let panic = timed.steps.iter().filter(|s| s.worker == worker).find_map(|s| match &s.what {
            What::Panicked(text) => Some(text),
            _ => None,
        });
        if let Some(text) = panic {
            let untouched = text.contains(common::UNTOUCHED);
            let panicked = || Finding::new(format!("{call} panicked: {text}"));
            return Some(if untouched { common::not_started() } else { panicked() });
        }
        let Some((_, _, batch)) = reports(&timed.steps, worker).find(|(_, t, _)| *t == tag::BATCH) else { continue };
        let wanted = right_batch(task, step, tasks, workers);
        if batch != wanted {
            let why = why_not(batch, wanted, [task, step, tasks, workers]);
            return Some(Finding::new(format!("{call} is {batch}, wanted {wanted}: {why}")));
        }
    }
    None
}

/// The fewest tasks whose work is at least twenty times a step, but at most a quarter of a fair share, and at least 1.
fn right_batch(task: u64, step: u64, tasks: u64, workers: u64) -> u64 {
    let cheap = if task == 0 { u64::MAX } else { (step * 20).div_ceil(task) };
    cheap.min(tasks / (4 * workers)).max(1)
}

fn why_not(batch: u64, wanted: u64, [task, step, tasks, workers]: [u64; 4]) -> String {
    let most = tasks / (4 * workers);
    match batch {
        0 => "a batch of 0 moves nothing".into(),
        _ if batch > most.max(1) && wanted == most.max(1) => {
            format!("{tasks} tasks / (4 * {workers} workers) allow at most {}", most.max(1))
        }
        _ if batch < wanted => {
            let share = 100.0 * step as f64 / (batch * task).max(1) as f64;
            format!("a step of {step} ns for {batch} tasks of {task} ns costs {share:.1} %, allowed 5 %")
        }
        _ => format!("fewer tasks are enough for a step of {step} ns to cost at most 5 % of tasks of {task} ns"),
    }
}

/// How often the steps have one of these operations of a queue.
fn count(steps: &[Step], queue: u32, actions: &[Action]) -> u64 {
    steps.iter().filter(|s| actions.iter().any(|action| is(s, *action, queue))).count() as u64
}

/// The student's workers in the scenario.
fn workers(scenario: &Scenario) -> usize {
    scenario.header.roles.iter().filter(|r| r.function == function::WORKER).count()
}

/// The tasks that a run counts for, or what is wrong with it when they are too few. Lost tasks are the business of
/// `exactly-once`: here they only make the budget smaller, so that nobody is charged twice and nobody gains by them.
fn counted(scenario: &Scenario, done: &[u64], wrong: Option<Finding>) -> Result<Vec<Task>, Finding> {
    let all = Size::of(&scenario.header).list();
    let tasks: Vec<Task> = all.iter().copied().filter(|task| done.contains(&u64::from(task.id))).collect();
    match wrong {
        Some(finding) if 4 * tasks.len() < 3 * all.len() => Err(finding),
        _ => Ok(tasks),
    }
}

pub fn messages(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let found =
        if workers(scenario) == 0 { puts(scenario, &timed.steps) } else { worker_steps(scenario, &timed.steps) };
    found.err()
}

fn within(count: u64, what: &str, budget: u64, sum: &str) -> Result<(), Finding> {
    if count <= budget { Ok(()) } else { Err(Finding::new(format!("{count} {what}; budget {budget}: {sum}"))) }
}

/// The steps of each kind that so many tasks are worth, and how that is worked out.
fn budget(tasks: &[Task]) -> (u64, String) {
    (2 * (tasks.len() as u64).div_ceil(BATCH), format!("2 * {} tasks / batches of {BATCH}", tasks.len()))
}

fn puts(scenario: &Scenario, steps: &[Step]) -> Result<(), Finding> {
    let tasks = counted(scenario, &fed_tasks(steps), fed(scenario, steps))?;
    let (budget, sum) = budget(&tasks);
    within(count(steps, TASKS, &[Action::Put]), "puts of tasks", budget, &sum)
}

fn worker_steps(scenario: &Scenario, steps: &[Step]) -> Result<(), Finding> {
    let tasks = counted(scenario, &answered_tasks(scenario, steps), answered(scenario, steps))?;
    let (budget, sum) = budget(&tasks);
    let takes = count(steps, TASKS, &[Action::Take, Action::TryTake, Action::Lease, Action::IsEmpty]);
    let workers = workers(scenario) as u64;
    let ends = format!("{sum} + one end for each of {workers} workers");
    within(takes, "leases, gets and looks at `tasks`", budget + workers, &ends)?;
    within(count(steps, ANSWERS, &[Action::Put]), "puts of answers", budget, &sum)?;
    within(count(steps, TASKS, &[Action::Acknowledge]), "acknowledgements", budget, &sum)
}

/// What one worker without a queue would need for these tasks, nanoseconds.
fn serial(scenario: &Scenario, tasks: &[Task]) -> u64 {
    tasks.iter().map(|task| u64::from(task.units) * scenario.compute_ns).sum()
}

/// How much longer than the fair share of the work the last worker may take.
const BALANCE: f64 = 1.25;

pub fn balance(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let wrong = answered(scenario, &timed.steps);
    let tasks = match counted(scenario, &answered_tasks(scenario, &timed.steps), wrong) {
        Ok(tasks) => tasks,
        Err(finding) => return Some(finding),
    };
    let workers = workers(scenario);
    let all = serial(scenario, &tasks);
    let ratio = timed.makespan as f64 / all.div_ceil(workers as u64) as f64;
    if ratio <= BALANCE {
        return None;
    }
    let work = &timed.computed[..workers];
    let share = |n: u64| 100.0 * n as f64 / all as f64;
    let (busiest, most) = work.iter().enumerate().max_by_key(|(_, t)| **t)?;
    let (idlest, least) = work.iter().enumerate().min_by_key(|(_, t)| **t)?;
    Some(Finding::new(format!(
        "it takes {ratio:.2} times as long as evenly shared; allowed {BALANCE}: {} does {:.0} % of the work, {} {:.0} %",
        w(busiest),
        share(*most),
        w(idlest),
        share(*least),
    )))
}

pub fn crossover(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let wrong = answered(scenario, &timed.steps);
    let tasks = match counted(scenario, &answered_tasks(scenario, &timed.steps), wrong) {
        Ok(tasks) => tasks,
        Err(finding) => return Some(finding),
    };
    let ratio = timed.makespan as f64 / serial(scenario, &tasks) as f64;
    if ratio < 1.0 {
        return None;
    }
    let waited = timed.waited.iter().max().copied().unwrap_or(0);
    let share = 100.0 * waited as f64 / timed.makespan.max(1) as f64;
    let talk = timed.steps.iter().filter(|s| s.op().is_some_and(|op| [TASKS, ANSWERS].contains(&op.object))).count();
    Some(Finding::new(format!(
        "{} workers take {ratio:.2} times as long as one without a queue, and should take less: {talk} steps of the queues \
         for {} tasks, and somebody waits for {share:.0} % of the time",
        workers(scenario),
        tasks.len()
    )))
}
