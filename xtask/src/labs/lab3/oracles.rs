//! Lab 3's judges: what must be true of every run of each scenario.

use shared::baton::Action;
use shared::boards::lab3::{Claim, Find, Size, free_hit, tag, value_of};

use super::scenarios::{EVERY, INTERVALS};
use crate::drive::step::{Step, What};
use crate::judge::{common, race};
use crate::labs::{Finding, FreeRun, Scenario, reports};
use crate::search::Run;
use crate::search::clock::Timed;
use crate::story::words::worker as w;

/// The objects in the order of the board's layout.
const STOP_LOCK: u32 = 0;
const STOP: u32 = 1;

/// The claims that were answered: (place in the steps, worker, what).
fn claims(steps: &[Step], workers: usize) -> Vec<(usize, usize, Claim)> {
    let all = (0..workers).flat_map(|w| reports(steps, w).map(move |(at, tag, value)| (at, w, tag, value)));
    let mut claims: Vec<_> = all
        .filter(|(_, _, t, _)| *t == tag::CLAIM)
        .map(|(at, w, _, won)| (at, w, if won == 1 { Claim::Won } else { Claim::Late }))
        .collect();
    claims.sort_unstable_by_key(|(at, _, _)| *at);
    claims
}

/// What `read_alert` answered: (place in the steps, round asked for, answer).
fn alerts(steps: &[Step], reader: usize) -> Vec<(usize, u32, Option<Find>)> {
    let mut answers = Vec::new();
    let (mut round, mut words) = (0, Vec::new());
    for (at, t, value) in reports(steps, reader) {
        match t {
            tag::ASKED => (round, words) = (value as u32, Vec::new()),
            tag::NO_ALERT => answers.push((at, round, None)),
            t if tag::ALERT.contains(&t) => words.push(value),
            _ => {}
        }
        if let [r, worker, index, value] = words[..] {
            answers.push((at, round, Some(Find { round: r as u32, worker: worker as u32, index, value })));
            words.clear();
        }
    }
    answers
}

fn writes_stop(step: &Step) -> bool {
    let Some(op) = step.op().filter(|op| op.object == STOP) else { return false };
    match op.action {
        Action::Store | Action::StoreRelease | Action::FetchAdd => true,
        Action::CompareExchange => step.result == op.a,
        _ => false,
    }
}

fn looks_at_stop(step: &Step) -> bool {
    step.op().is_some_and(|op| op.object == STOP && matches!(op.action, Action::Load | Action::LoadAcquire))
}

/// "w2 acted at … on what it saw at …": the last look of a worker before `at` that somebody's write made out of date.
fn out_of_date(steps: &[Step], worker: usize, at: usize) -> Option<(usize, usize)> {
    let look =
        steps[..at].iter().rposition(|s| s.worker == worker && (looks_at_stop(s) || s.did(Action::CompareExchange)))?;
    let overtaken = steps[look..at].iter().any(|s| s.worker != worker && writes_stop(s));
    overtaken.then_some((look, at))
}

pub fn one_winner(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let claims = claims(run.steps, scenario.workers());
    let won: Vec<_> = claims.iter().filter(|(_, _, c)| *c == Claim::Won).collect();
    match won[..] {
        [] => Some(Finding::new("nobody won: every claim of the round was told it is late")),
        [_] => None,
        [.., (at, second, _)] => {
            let (because, guilty) = match out_of_date(run.steps, *second, *at) {
                Some((look, at)) => (format!("{} acted at {{1}} on what it saw at {{0}}.", w(*second)), vec![look, at]),
                None => (String::new(), vec![*at]),
            };
            let count = if won.len() == 2 { "two".to_owned() } else { won.len().to_string() };
            Some(Finding { because, guilty, ..Finding::new(format!("{count} workers won one search")) })
        }
    }
}

/// The find that a claimer of this scenario would record.
fn find_of(scenario: &Scenario, claimer: usize) -> Find {
    let [round, n, ..] = scenario.header.roles[claimer].args;
    let value = value_of(scenario.header.seed, round as u32, n);
    Find { round: round as u32, worker: claimer as u32, index: n, value }
}

fn claimers(scenario: &Scenario) -> impl Iterator<Item = usize> + '_ {
    use shared::boards::lab3::function::CLAIM;
    (0..scenario.workers()).filter(|w| scenario.header.roles[*w].function == CLAIM)
}

/// What is wrong with a record that a reader was given, if anything.
fn broken_record(scenario: &Scenario, found: &Find) -> Option<String> {
    if claimers(scenario).any(|c| find_of(scenario, c) == *found) {
        return None;
    }
    if *found == Find::default() {
        return Some("an empty record".into());
    }
    Some(format!("a broken record: {found:?} was never claimed as a whole"))
}

pub fn record_intact(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let last = scenario.workers() - 1;
    for reader in [last - 1, last] {
        for (at, _, answer) in alerts(run.steps, reader) {
            let why = answer.as_ref().and_then(|found| broken_record(scenario, found));
            if let Some(why) = why {
                let message = format!("`read_alert` gave {} {why}", w(reader));
                return Some(Finding { guilty: vec![at], ..Finding::new(message) });
            }
        }
    }
    let winner = claims(run.steps, scenario.workers()).into_iter().find(|(_, _, c)| *c == Claim::Won);
    let (_, _, answer) = *alerts(run.steps, last).last()?;
    match (winner, answer) {
        (Some((at, winner, _)), None) => Some(Finding {
            guilty: vec![at],
            ..Finding::new(format!("{} won, but in the end `read_alert` finds no alert", w(winner)))
        }),
        (Some((at, winner, _)), Some(found)) if found != find_of(scenario, winner) => {
            let other = w(found.worker as usize);
            let message = format!("{} won, but the alert is {other}'s", w(winner));
            Some(Finding { guilty: vec![at], ..Finding::new(message) })
        }
        _ => unordered_record(scenario, run),
    }
}

/// A record that came out right by luck: nothing orders the reader after the writer.
fn unordered_record(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let race = race::first(run.steps, scenario.workers())?;
    let (first, second) = (&run.steps[race.first], &run.steps[race.second]);
    let verb = |s: &Step| if s.did(Action::WriteWord) { "writes" } else { "reads" };
    let message = format!(
        "{} {} a record that {} {}, and nothing orders the two",
        w(second.worker),
        verb(second),
        w(first.worker),
        verb(first),
    );
    let because =
        "Between {0} and {1} there is no lock that both held, and no acquire that saw a release. The record may \
                   still be on its way: a relaxed load promises nothing but the flag itself."
            .to_owned();
    Some(Finding { because, guilty: vec![race.first, race.second], ..Finding::new(message) })
}

/// Computations: (place in the steps, worker, round, candidate).
fn searched(steps: &[Step]) -> impl Iterator<Item = (usize, usize, u64, u64)> + '_ {
    steps.iter().enumerate().filter(|(_, s)| s.did(Action::Compute)).filter_map(|(at, s)| {
        let op = s.op()?;
        Some((at, s.worker, op.a, op.b))
    })
}

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

pub fn finder_killed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let claims = claims(run.steps, scenario.workers());
    let killed = run.steps.iter().position(|s| matches!(s.what, What::Killed(_)));
    let victim = killed.map(|at| w(run.steps[at].worker));
    let (at, _, answer) = *alerts(run.steps, scenario.workers() - 1).last()?;
    let story = victim.map_or(String::new(), |v| format!("{v} was killed; "));
    let guilty = killed.into_iter().chain([at]).collect::<Vec<_>>();
    let winners = claims.iter().filter(|(_, _, c)| *c == Claim::Won).count();
    if winners > 1 {
        return Some(Finding { guilty, ..Finding::new(format!("{story}two workers won one search")) });
    }
    let finding = match answer {
        None => {
            let (_, refused, _) = claims.iter().find(|(_, _, c)| *c == Claim::Late)?;
            format!("{story}{}'s find was refused: nobody raised the alarm", w(*refused))
        }
        Some(found) => {
            let why = broken_record(scenario, &found)?;
            format!("{story}in the end `read_alert` gives {why}")
        }
    };
    Some(Finding { guilty, ..Finding::new(finding) })
}

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
    let (worker, waited) = timed.waited.iter().enumerate().max_by_key(|(_, t)| **t)?;
    let share = 100.0 * *waited as f64 / timed.makespan.max(1) as f64;
    let mut message = format!("the search takes {ratio:.2} times as long as without a flag; allowed 1.05");
    if share >= 1.0 {
        message += &format!(": {} spends {share:.0} % of its time waiting for others", w(worker));
    }
    Some(Finding::new(message))
}

pub fn free_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let size = Size::of(&scenario.header);
    let reader = scenario.workers() - 1;
    // The same reports as stepped ones: wrap them as steps and read them alike.
    let steps: Vec<Step> = run.reports[reader]
        .iter()
        .map(|(tag, value)| {
            let op = shared::baton::Op { action: Action::Report, object: shared::baton::NO_OBJECT, a: *tag, b: *value };
            Step { worker: reader, what: What::Did(op), result: 0, text: None }
        })
        .collect();
    let answers = alerts(&steps, reader);
    for round in 1..=size.rounds as u32 {
        let n = free_hit(&size, scenario.header.seed, round)?;
        let answer = answers.iter().find(|(_, r, _)| *r == round).and_then(|(_, _, a)| *a);
        let value = value_of(scenario.header.seed, round, n);
        let must = Find { round, worker: (n % size.workers) as u32, index: n, value };
        if answer != Some(must) {
            return Some(Finding::new(format!("round {round} should end with {must:?}, but its alert is {answer:?}")));
        }
    }
    None
}
