//! What guesses are compared with, measured here and now with given code only.

use std::path::Path;

use anyhow::Result;

use super::questions::{Compare, Question};
use crate::cmd::Source;
use crate::drive::free::{self, FreeEnd};
use crate::labs::{FREE_WORKERS, FreeRun, Lab, Scenario};

/// The result of a question in words, from a program of the lab.
///
/// # Errors
/// Only when something of ours fails.
pub fn result(lab: &Lab, question: &Question, binary: &Path, seed: u64) -> Result<String> {
    match &question.result {
        Compare::Fact { answer } => Ok(format!("{answer} {}", question.unit).trim().to_owned()),
        Compare::Count { check, baseline, runs, tag, value, at_least } => {
            let check = lab.checks.iter().find(|c| c.id == check).expect("a test looks each name up");
            let mut scenario = (check.scenarios)(seed).remove(0);
            source(lab, baseline).adapt(lab, &mut scenario);
            let counts = |run: &FreeRun| {
                let all = run.reports.iter().flatten();
                all.filter(|report| **report == (*tag, *value)).count() >= *at_least as usize
            };
            count(lab, &scenario, binary, *runs, &counts)
        }
        Compare::Slowdown { baseline, argument, often, seldom, pairs, parameters } => {
            let mut scenario = (lab.free)(seed, FREE_WORKERS);
            parameters.iter().for_each(|(at, value)| scenario.header.params[*at] = *value);
            source(lab, baseline).adapt(lab, &mut scenario);
            let with = |value| with_argument(&scenario, *argument, value);
            slowdown(lab, binary, [&with(*often), &with(*seldom)], *pairs)
        }
        Compare::Ratio { of, to, runs } => ratio(lab, binary, seed, [*of, *to], *runs),
    }
}

fn source(lab: &Lab, baseline: &str) -> Source {
    let offset = lab.baselines.iter().find(|(name, _)| *name == baseline).map(|(_, offset)| *offset);
    Source { baseline: Some(offset.expect("a test looks each name up")), ..Source::default() }
}

/// The scenario with another argument for the first role and those that do the same.
fn with_argument(scenario: &Scenario, argument: usize, value: u64) -> Scenario {
    let mut changed = scenario.clone();
    let function = changed.header.roles[0].function;
    changed.header.roles.iter_mut().filter(|r| r.function == function).for_each(|r| r.args[argument] = value);
    changed
}

fn once(lab: &Lab, scenario: &Scenario, binary: &Path) -> Result<Result<FreeRun, String>> {
    let layout = (lab.layout)(&scenario.header);
    Ok(match free::run(binary, scenario, &layout, 0)?.end {
        FreeEnd::Done(run) => Ok(run),
        FreeEnd::Failed(why) => Err(why),
    })
}

fn count(
    lab: &Lab,
    scenario: &Scenario,
    binary: &Path,
    runs: u32,
    counts: &dyn Fn(&FreeRun) -> bool,
) -> Result<String> {
    let mut found = 0;
    for _ in 0..runs {
        match once(lab, scenario, binary)? {
            Ok(run) => found += u32::from(counts(&run)),
            Err(why) => return Ok(format!("not measured: {why}")),
        }
    }
    Ok(format!("{found} of {runs} runs"))
}

/// The median of the ratios of what a run reported under two tags, each summed up, and the least and the most.
fn ratio(lab: &Lab, binary: &Path, seed: u64, tags: [u64; 2], runs: u32) -> Result<String> {
    let scenario = (lab.free)(seed, FREE_WORKERS);
    let mut ratios = Vec::new();
    for _ in 0..runs {
        let run = match once(lab, &scenario, binary)? {
            Ok(run) => run,
            Err(why) => return Ok(format!("not measured: {why}")),
        };
        let told = |wanted| -> u64 {
            run.reports.iter().flatten().filter(|(tag, _)| *tag == wanted).map(|(_, value)| *value).sum()
        };
        let [of, to] = tags.map(told);
        if of == 0 || to == 0 {
            return Ok("not measured: nothing was reported".into());
        }
        ratios.push(of as f64 / to as f64);
    }
    ratios.sort_by(f64::total_cmp);
    let at = |part: usize| ratios.get((ratios.len().max(1) - 1) * part / 2).copied().unwrap_or(0.0);
    let (least, middle, most) = (at(0), at(1), at(2));
    Ok(format!("{middle:.2} ({runs} runs: {least:.2} to {most:.2})"))
}

/// The median of the ratios of pairs, in percent above 100, and between what the middle half of them lies.
fn slowdown(lab: &Lab, binary: &Path, [often, seldom]: [&Scenario; 2], pairs: u32) -> Result<String> {
    let mut ratios = Vec::new();
    for pair in 0..pairs {
        // Who goes first changes from pair to pair: a machine that warms up favours the second.
        let order = if pair % 2 == 0 { [often, seldom] } else { [seldom, often] };
        let times = [once(lab, order[0], binary)?, once(lab, order[1], binary)?];
        let [Ok(first), Ok(second)] = times else {
            let why = times.into_iter().find_map(Result::err).unwrap_or_default();
            return Ok(format!("not measured: {why}"));
        };
        let ratio = first.wall_ns as f64 / second.wall_ns.max(1) as f64;
        ratios.push(if pair % 2 == 0 { ratio } else { 1.0 / ratio });
    }
    ratios.sort_by(f64::total_cmp);
    let percent =
        |part: usize| ratios.get(ratios.len() * part / 4).map_or(0.0, |ratio| (100.0 * (ratio - 1.0)).round() + 0.0);
    Ok(format!("{:.0} % (half of {pairs} pairs of runs: {:.0} to {:.0} %)", percent(2), percent(1), percent(3)))
}
