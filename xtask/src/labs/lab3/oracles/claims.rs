//! Lab 3's judges of `claim_locked` and `read_alert`, kills included.

use shared::baton::Action;
use shared::boards::lab3::{Claim, Find, value_of};

use super::evidence::{alerts, claims, looks_at_stop, writes_stop};
use crate::drive::step::{Step, What};
use crate::judge::race;
use crate::labs::{Finding, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

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
