//! Lab 3's judges of `search` and `fraud_worker`: everything searched, nobody searching on, every round with its alert.

use shared::baton::Action;
use shared::boards::lab3::{Find, Size, free_hit, value_of};

use super::evidence::{alerts, claims, looks_at_stop, searched, writes_stop};
use crate::drive::step::{Step, What};
use crate::labs::{Finding, FreeRun, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

pub fn searches_all(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    for worker in 0..size.workers {
        let own: Vec<u64> = (worker..size.items).step_by(size.workers as usize).collect();
        let mut done: Vec<u64> =
            searched(run.steps).filter(|(_, w, _, _)| *w as u64 == worker).map(|(_, _, _, n)| n).collect();
        done.sort_unstable();
        let name = w(worker as usize);
        if let Some(n) = own.iter().find(|n| !done.contains(n)) {
            let message = format!("there is no hit, but {name} never searches candidate {n} of its slice");
            return Some(Finding::new(message));
        }
        if done.len() > own.len() {
            let message = format!("{name} has {} candidates in its slice and searches {}", own.len(), done.len());
            return Some(Finding::new(message));
        }
    }
    let claimed = claims(run.steps, scenario.workers()).first().map(|(at, worker, _)| (*at, *worker));
    claimed.map(|(at, worker)| Finding {
        guilty: vec![at],
        ..Finding::new(format!("there is no hit, but {} reports a claim", w(worker)))
    })
}

pub fn stops(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let every = scenario.header.roles[0].args[1];
    let too_rare = (0..scenario.workers()).find_map(|worker| rare_looks(run.steps, worker, every));
    too_rare.or_else(|| hit_unclaimed(scenario, run)).or_else(|| goes_on(scenario, run.steps))
}

/// More than `every` candidates between two looks of one worker.
fn rare_looks(steps: &[Step], worker: usize, every: u64) -> Option<Finding> {
    let mut since = 0;
    for (at, step) in steps.iter().enumerate().filter(|(_, s)| s.worker == worker) {
        if looks_at_stop(step) {
            since = 0;
        }
        if step.did(Action::Compute) {
            since += 1;
        }
        if since > every {
            let many = if every == 1 { "1 candidate".into() } else { format!("{every} candidates") };
            let message =
                format!("{} searches {since} candidates without a look at `stop`; asked: every {many}", w(worker));
            return Some(Finding { guilty: vec![at], ..Finding::new(message) });
        }
    }
    None
}

fn hit_unclaimed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let (at, finder, ..) = searched(run.steps).find(|(_, _, round, n)| scenario.hits.contains(&(*round, *n)))?;
    let claimed = claims(run.steps, size.workers as usize).iter().any(|(_, w, _)| *w == finder);
    (!claimed).then(|| Finding {
        guilty: vec![at],
        ..Finding::new(format!("{} found the only hit, but its search does not end with a claim", w(finder)))
    })
}

/// Somebody looks after the raise of a round and still searches on in it.
fn goes_on(scenario: &Scenario, steps: &[Step]) -> Option<Finding> {
    for (hit_at, finder, round, _) in searched(steps).filter(|(_, _, r, n)| scenario.hits.contains(&(*r, *n))) {
        let Some(raise) = (hit_at..steps.len()).find(|at| steps[*at].worker == finder && writes_stop(&steps[*at]))
        else {
            let message = format!("{} found a hit in round {round}, but never raises `stop`", w(finder));
            return Some(Finding { guilty: vec![hit_at], ..Finding::new(message) });
        };
        for worker in 0..scenario.workers() {
            let look = (raise..steps.len()).find(|at| steps[*at].worker == worker && looks_at_stop(&steps[*at]));
            let Some(look) = look else { continue };
            let later = searched(&steps[look..]).find(|(_, w, r, _)| *w == worker && *r == round);
            if let Some((offset, ..)) = later {
                let message = format!("{} looks after the raise of round {round} and searches on", w(worker));
                let because = "Raised at {0}, looked at {1}, searched on at {2}.".to_owned();
                return Some(Finding { because, guilty: vec![raise, look, look + offset], ..Finding::new(message) });
            }
        }
    }
    None
}

pub fn rounds(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let reader = scenario.workers() - 1;
    let answers = alerts(run.steps, reader);
    for (round, n) in &scenario.hits {
        let finder = n % Size::of(&scenario.header).workers;
        let value = value_of(scenario.header.seed, *round as u32, *n);
        let must = Find { round: *round as u32, worker: finder as u32, index: *n, value };
        let answer = answers.iter().find(|(_, r, _)| u64::from(*r) == *round).and_then(|(_, _, a)| *a);
        // Who searched which candidate is not the question here.
        if answer.is_some_and(|found| Find { worker: finder as u32, ..found } == must) {
            continue;
        }
        let found = searched(run.steps).find(|(_, _, r, i)| (r, i) == (round, n));
        let message = match (answer, found) {
            (None, None) => format!("round {round} ended without its hit: {} left it early", w(finder as usize)),
            (None, Some(_)) => {
                format!("{} found the hit of round {round}, but the round has no alert", w(finder as usize))
            }
            (Some(other), _) => format!("the alert of round {round} is {other:?}, but the hit is candidate {n}"),
        };
        return Some(Finding { guilty: found.map(|(at, ..)| at).into_iter().collect(), ..Finding::new(message) });
    }
    goes_on(scenario, run.steps)
}

pub fn free_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let reader = scenario.workers() - 1;
    // The same reports as stepped ones: wrap them as steps and read them alike.
    let steps: Vec<Step> = run.reports[reader]
        .iter()
        .map(|(tag, value)| {
            let op = shared::baton::Op { action: Action::Report, object: shared::baton::NO_OBJECT, a: *tag, b: *value };
            Step::new(reader, What::Did(op))
        })
        .collect();
    let answers = alerts(&steps, reader);
    for round in 1..=size.rounds as u32 {
        let n = free_hit(&size, scenario.header.seed, round).expect("every round of the free scenario has a hit");
        let answer = answers.iter().find(|(_, r, _)| *r == round).and_then(|(_, _, a)| *a);
        let value = value_of(scenario.header.seed, round, n);
        let must = Find { round, worker: (n % size.workers) as u32, index: n, value };
        if answer != Some(must) {
            return Some(Finding::new(format!("round {round} should end with {must:?}, but its alert is {answer:?}")));
        }
    }
    None
}
