//! Chapter 0's judges: the total at the end is the sum of what was added.

use shared::baton::Action;
use shared::boards::lab0::{Size, function, tag};

use crate::drive::step::Step;
use crate::labs::{Finding, FreeRun, Scenario, reports};
use crate::search::Run;
use crate::story::words::{list, worker as w};

/// The cell of `total`; its lock is object 0.
const TOTAL: u32 = 1;

/// Who adds how much.
fn amounts(scenario: &Scenario) -> Vec<(usize, u64)> {
    let roles = scenario.header.roles.iter().enumerate();
    roles.filter(|(_, r)| r.function == function::ADD).map(|(worker, r)| (worker, r.args[0])).collect()
}

pub fn no_lost_update(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let amounts = amounts(scenario);
    let sum: u64 = amounts.iter().map(|(_, amount)| amount).sum();
    let reader = scenario.workers() - 1;
    let (at, total) =
        reports(run.steps, reader).find(|(_, t, _)| *t == tag::TOTAL).map(|(at, _, total)| (at, total))?;
    if total == sum {
        return None;
    }
    let sums = amounts.iter().map(|(_, amount)| amount.to_string()).collect::<Vec<_>>().join(" + ");
    let made = if amounts.len() == 1 { format!("{sums} added alone") } else { sums };
    let message = format!("{made} made {total}{}", missing(&amounts, sum, total));
    let (because, guilty) = why(run.steps).unwrap_or((String::new(), vec![at]));
    Some(Finding { because, guilty, ..Finding::new(message) })
}

/// ": w2's 10 is lost", where the amounts tell whose.
fn missing(amounts: &[(usize, u64)], sum: u64, total: u64) -> String {
    let lacks = sum.saturating_sub(total);
    let several = || (1u32..1 << amounts.len()).map(|set| subset(amounts, set));
    let mut fitting = several().filter(|set| set.iter().map(|(_, amount)| amount).sum::<u64>() == lacks);
    match (fitting.next(), fitting.next()) {
        (Some(lost), None) if lost.len() < amounts.len() => {
            let whose = list(lost.iter().map(|(worker, amount)| format!("{}'s {amount}", w(*worker))));
            format!(": {whose} {} lost", if lost.len() == 1 { "is" } else { "are" })
        }
        (Some(one), Some(_)) if one.len() == 1 => ": one addition is lost".to_owned(),
        _ => String::new(),
    }
}

fn subset(amounts: &[(usize, u64)], set: u32) -> Vec<(usize, u64)> {
    (0..amounts.len()).filter(|at| set >> at & 1 == 1).map(|at| amounts[at]).collect()
}

fn writes(step: &Step) -> bool {
    step.op().is_some_and(|op| {
        op.object == TOTAL && matches!(op.action, Action::Store | Action::StoreRelease)
            || op.object == TOTAL && op.action == Action::CompareExchange && step.result == op.a
    })
}

fn reads(step: &Step) -> bool {
    step.op().is_some_and(|op| op.object == TOTAL && matches!(op.action, Action::Load | Action::LoadAcquire))
}

/// How an addition got lost: a write made from an old value, or an exchange that failed and was left at that.
fn why(steps: &[Step]) -> Option<(String, Vec<usize>)> {
    for (at, step) in steps.iter().enumerate().filter(|(_, s)| writes(s)) {
        let Some(look) = steps[..at].iter().rposition(|s| s.worker == step.worker && reads(s)) else { continue };
        let between = (look..at).find(|i| steps[*i].worker != step.worker && writes(&steps[*i]));
        if let Some(lost) = between {
            let (own, other) = (w(step.worker), w(steps[lost].worker));
            let because =
                format!("{own} wrote at {{2}} what it worked out at {{0}}. What {other} wrote at {{1}} is gone.");
            return Some((because, vec![look, lost, at]));
        }
    }
    let failed = |s: &Step| s.op().is_some_and(|op| op.action == Action::CompareExchange && s.result != op.a);
    let at = steps.iter().rposition(failed)?;
    let tried_again = steps[at..].iter().any(|s| s.worker == steps[at].worker && writes(s));
    let because = format!("{}'s exchange failed at {{0}}, and it went on as if it had not.", w(steps[at].worker));
    (!tried_again).then_some((because, vec![at]))
}

pub fn free_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let counting = scenario.header.roles.iter().filter(|r| r.function == function::COUNT).count() as u64;
    let sum = counting * size.batches * size.found;
    let total = run.reports.last().and_then(|r| r.iter().find(|(t, _)| *t == tag::TOTAL)).map(|(_, total)| *total);
    match total {
        Some(total) if total == sum => None,
        Some(total) => Some(Finding::new(format!("the workers found {sum}, but the total is {total}"))),
        None => Some(Finding::new("nobody reported the total")),
    }
}
