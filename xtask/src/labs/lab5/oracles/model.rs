//! Lab 5's judge of `fit` and `predict`: what they say about a size that nobody measured, against that machine's own clock.

use shared::boards::lab5::tag;

use super::evidence::{panicked, told};
use crate::labs::lab5::scenarios::{MACHINES, Machine};
use crate::labs::{Finding, Scenario, reports};
use crate::search::clock::Timed;

/// How far a prediction may be from what happens.
const ALLOWED: f64 = 0.1;

pub fn predict(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    MACHINES.iter().enumerate().find_map(|(worker, machine)| {
        let measured = format!("fitted on 1, 2 and 4 workers with tasks of {} ns", machine.task_ns);
        if let Some(finding) = panicked(&timed.steps, worker, &measured) {
            return Some(finding);
        }
        let cost = f64::from_bits(told(&timed.steps, worker, tag::MESSAGE)?);
        let predicted: Vec<f64> = reports(&timed.steps, worker)
            .filter(|(_, t, _)| *t == tag::PREDICTED)
            .map(|(.., v)| f64::from_bits(v))
            .collect();
        if predicted.len() < machine.asked.len() {
            return Some(Finding::new(format!("{measured}: `predict` does not return")));
        }
        let wrong = machine
            .asked
            .iter()
            .zip(predicted)
            .find_map(|(asked, predicted)| wrong_prediction(machine, *asked, predicted, scenario.header.seed));
        wrong.map(|why| Finding::new(format!("{measured}, a message costs {cost:.0} ns: {why}")))
    })
}

fn wrong_prediction(machine: &Machine, asked: [u64; 3], predicted: f64, seed: u64) -> Option<String> {
    let [p, tasks, task_ns] = asked;
    let took = machine.takes(asked, seed) as f64;
    let off = predicted / took - 1.0;
    // Not a number is not within anything.
    let within = off.abs() <= ALLOWED;
    (!within).then(|| {
        let (said, took, off) = (predicted / 1e3, took / 1e3, 100.0 * off);
        format!(
            "{p} workers, {tasks} tasks of {task_ns} ns predicted at {said:.0} us, but they take {took:.0} us: {off:+.0} %, \
             allowed 10 %"
        )
    })
}
