//! Lab 3's judges of what looking costs: the interval rule, the budgets, the tax.

use shared::baton::Action;
use shared::boards::lab3::{Claim, Size, tag};

use super::evidence::{STOP_LOCK, claims, looks_at_stop, searched};
use crate::drive::step::{Step, What};
use crate::judge::common;
use crate::labs::lab3::scenarios::{EVERY, INTERVALS};
use crate::labs::{Finding, Scenario, reports};
use crate::search::clock::Timed;

pub fn interval_rule(_: &Scenario, timed: &Timed) -> Option<Finding> {
    for (worker, [iteration, check, latency]) in INTERVALS.into_iter().enumerate() {
        let call = format!("check_every({iteration}, {check}, {latency})");
        if let Some(step) = timed.steps.iter().find(|s| s.worker == worker && matches!(s.what, What::Panicked(_))) {
            let What::Panicked(text) = &step.what else { continue };
            let untouched = text.contains(common::UNTOUCHED);
            let panicked = || Finding::new(format!("{call} panicked: {text}"));
            return Some(if untouched { common::not_started() } else { panicked() });
        }
        let Some((_, _, every)) = reports(&timed.steps, worker).find(|(_, t, _)| *t == tag::INTERVAL) else { continue };
        let (least, most) = allowed(iteration, check, latency);
        if every < least || every > most {
            let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let why = why_not(every, iteration, check, latency, least);
            return Some(Finding::new(format!("{call} is {every}, wanted {wanted}: {why}")));
        }
    }
    None
}

/// The intervals that keep both promises, or the latency's if both cannot be kept; at least 1.
fn allowed(iteration: u64, check: u64, latency: u64) -> (u64, u64) {
    if iteration == 0 {
        return (1, u64::MAX);
    }
    let most = (latency / iteration).max(1);
    let least = (check * 20).div_ceil(iteration).max(1);
    (least.min(most), most)
}

fn why_not(every: u64, iteration: u64, check: u64, latency: u64, least: u64) -> String {
    match every {
        0 => "an interval of 0 never searches".into(),
        _ if every < least => {
            let tax = 100.0 * check as f64 / (every as f64 * iteration as f64);
            format!(
                "a look of {check} ns after every {every} candidates of {iteration} ns is a tax of {tax:.1} %, allowed 5 %"
            )
        }
        _ => {
            let overrun = every.saturating_mul(iteration);
            format!("{every} candidates of {iteration} ns take {overrun} ns, allowed {latency} ns before a look")
        }
    }
}

/// How often the lock was taken and the flag was looked at outside it.
fn counts(steps: &[Step], workers: usize) -> (u64, u64) {
    let mut holds = vec![false; workers];
    let (mut locks, mut looks) = (0, 0);
    for step in steps {
        let Some(op) = step.op() else { continue };
        match op.action {
            Action::Lock if op.object == STOP_LOCK => {
                holds[step.worker] = true;
                locks += 1;
            }
            Action::Unlock if op.object == STOP_LOCK => holds[step.worker] = false,
            _ if looks_at_stop(step) && !holds[step.worker] => looks += 1,
            _ => {}
        }
    }
    (locks, looks)
}

pub fn lock_budget(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let finds = searched(&timed.steps).filter(|(_, _, r, n)| scenario.hits.contains(&(*r, *n))).count() as u64;
    if finds == 0 {
        return Some(Finding::new("nobody found the hit, so there is nothing to count"));
    }
    if !claims(&timed.steps, scenario.workers()).iter().any(|(_, _, c)| *c == Claim::Won) {
        return Some(Finding::new("the only hit was found, but no search ends with a claim that won"));
    }
    let (locks, _) = counts(&timed.steps, scenario.workers());
    let (rounds, budget) = (1, finds + 1);
    let message = format!("{locks} lock acquisitions; budget {budget}: {finds} find + {rounds} round");
    (locks > budget).then(|| Finding::new(message))
}

pub fn load_budget(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let iterations = searched(&timed.steps).count() as u64;
    if iterations < size.items {
        return Some(Finding::new(format!("only {iterations} of {} candidates were searched", size.items)));
    }
    let (locks, looks) = counts(&timed.steps, scenario.workers());
    let budget = iterations / EVERY + size.workers;
    let looks = looks.max(locks);
    let sum = format!("{iterations} candidates / every {EVERY} + {} workers", size.workers);
    (looks > budget).then(|| Finding::new(format!("{looks} looks at `stop`; budget {budget}: {sum}")))
}

pub fn tax(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let iterations = searched(&timed.steps).count() as u64;
    if iterations < size.items {
        return Some(Finding::new(format!("only {iterations} of {} candidates were searched", size.items)));
    }
    let pure = size.items.div_ceil(size.workers) * scenario.compute_ns;
    let ratio = timed.makespan as f64 / pure as f64;
    if ratio <= 1.05 {
        return None;
    }
    Some(Finding::new(format!("the search takes {ratio:.2} times as long as without a flag; allowed 1.05")))
}
