//! What guesses are compared with, measured here and now.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::questions::{Compare, Question};
use super::recorded;
use crate::cmd::Source;
use crate::drive::free::{self, FreeEnd};
use crate::labs::{FREE_WORKERS, FreeRun, Judge, Lab, Scenario};
use crate::timing::gate;
use crate::timing::rehearse::{self, Endings};

/// Free runs that were shown just before.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    /// How many.
    pub runs: u32,
    /// How many of them the lab's judge of free runs had nothing against.
    pub right: u32,
}

/// The run that the results stand beside.
#[derive(Clone, Copy)]
pub struct Shown<'r> {
    /// Whose functions it called.
    pub whose: &'r Source,
    /// The program.
    pub binary: &'r Path,
    /// Seed of everything random.
    pub seed: u64,
    /// What came out.
    pub seen: Seen,
}

/// Why a question has no result.
pub enum Unmeasured {
    /// It is about what this program cannot do yet; in words.
    Program(String),
    /// Something of ours failed.
    Ours(anyhow::Error),
}

impl From<anyhow::Error> for Unmeasured {
    fn from(error: anyhow::Error) -> Self {
        Unmeasured::Ours(error)
    }
}

/// The result of a question in words.
///
/// # Errors
/// When the program does not run to its end, or something of ours fails.
pub fn result(lab: &Lab, question: &Question, run: &Shown) -> Result<String, Unmeasured> {
    let Shown { whose, binary, seed, seen } = *run;
    match &question.result {
        Compare::Fact { answer } => Ok(format!("{answer} {}", question.unit).trim().to_owned()),
        Compare::Recorded { row, workers } => recorded::rate(row, *workers).map_err(Unmeasured::Program),
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
        // Runs that were shown a moment ago are not done again: other numbers would only confuse.
        Compare::Right { runs, .. } if seen.runs >= *runs => Ok(format!("{} of {} runs", seen.right, seen.runs)),
        Compare::Right { check, runs } => {
            let check = lab.checks.iter().find(|c| c.id == check).expect("a test looks each name up");
            let Judge::Free(judge) = check.judge else { unreachable!("a test looks at each judge") };
            let mut scenario = (check.scenarios)(seed).remove(0);
            whose.adapt(lab, &mut scenario);
            count(lab, &scenario, binary, *runs, &|run| judge(&scenario, run).is_none())
        }
        Compare::Hangs { scenario, baseline, check, runs, limit_ms } => {
            let check = lab.checks.iter().find(|c| c.id == check).expect("a test looks each name up");
            let Judge::Free(judge) = check.judge else { unreachable!("a test looks at each judge") };
            let mut scenario = rehearsed(lab, scenario, seed);
            source(lab, baseline).adapt(lab, &mut scenario);
            let limit = Duration::from_millis(*limit_ms);
            Ok(hangs(rehearse::endings(lab, binary, &scenario, judge, *runs, limit)?))
        }
        Compare::Race { ways, rounds } => {
            let scenarios: Vec<Scenario> = ways.iter().map(|(_, name)| rehearsed(lab, name, seed)).collect();
            let times = rehearse::medians(lab, binary, &scenarios, *rounds)?.map_err(Unmeasured::Program)?;
            Ok(race(&ways.iter().map(|(words, _)| words.as_str()).zip(times).collect::<Vec<_>>()))
        }
        Compare::Slowdown { baseline, argument, often, seldom, pairs, parameters } => {
            let mut scenario = (lab.free)(seed, FREE_WORKERS);
            parameters.iter().for_each(|(at, value)| scenario.header.params[*at] = *value);
            source(lab, baseline).adapt(lab, &mut scenario);
            let with = |value| with_argument(&scenario, *argument, value);
            slowdown(lab, binary, [&with(*often), &with(*seldom)], *pairs)
        }
        Compare::Ratio { of, to, runs } => Ok(ratio(lab, binary, seed, [*of, *to], *runs)?),
    }
}

fn source(lab: &Lab, baseline: &str) -> Source {
    if baseline.is_empty() {
        return Source::default();
    }
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

fn rehearsed(lab: &Lab, name: &str, seed: u64) -> Scenario {
    lab.rehearsal(name).expect("a test looks each name up")(seed)
}

fn hangs(Endings { right, wrong, hung }: Endings) -> String {
    format!("{hung} of {} runs hang; {wrong} end with a wrong result, {right} well", right + wrong + hung)
}

/// Whether the first way is faster than the second, and what each took.
fn race(ways: &[(&str, u64)]) -> String {
    let [(_, first), (_, second), ..] = *ways else { unreachable!("a test counts the ways") };
    let taken: Vec<String> = ways.iter().map(|(words, ns)| format!("{words} {:.1} ms", *ns as f64 / 1e6)).collect();
    let faster = if first < second { "yes" } else { "no" };
    format!("{faster}, with {:.0} processors: {}", gate::usable_cpus(), taken.join("; "))
}

fn count(
    lab: &Lab,
    scenario: &Scenario,
    binary: &Path,
    runs: u32,
    counts: &dyn Fn(&FreeRun) -> bool,
) -> Result<String, Unmeasured> {
    let mut found = 0;
    for _ in 0..runs {
        match once(lab, scenario, binary)? {
            Ok(run) => found += u32::from(counts(&run)),
            Err(why) => return Err(Unmeasured::Program(why)),
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
fn slowdown(lab: &Lab, binary: &Path, [often, seldom]: [&Scenario; 2], pairs: u32) -> Result<String, Unmeasured> {
    let mut ratios = Vec::new();
    for pair in 0..pairs {
        // Who goes first changes from pair to pair: a machine that warms up favours the second.
        let order = if pair % 2 == 0 { [often, seldom] } else { [seldom, often] };
        let times = [once(lab, order[0], binary)?, once(lab, order[1], binary)?];
        let [Ok(first), Ok(second)] = times else {
            return Err(Unmeasured::Program(times.into_iter().find_map(Result::err).unwrap_or_default()));
        };
        let ratio = first.wall_ns as f64 / second.wall_ns.max(1) as f64;
        ratios.push(if pair % 2 == 0 { ratio } else { 1.0 / ratio });
    }
    ratios.sort_by(f64::total_cmp);
    let percent =
        |part: usize| ratios.get(ratios.len() * part / 4).map_or(0.0, |ratio| (100.0 * (ratio - 1.0)).round() + 0.0);
    let [low, mid, high] = [1, 2, 3].map(percent);
    Ok(format!("{mid:.0} % (half of {pairs} pairs of runs: {low:.0} to {high:.0} %)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_says_that_the_first_way_is_faster_than_the_second() {
        let said = |first, second| race(&[("in batches", first), ("alone", second), ("singly", 1)]);
        assert!(said(1_000_000, 2_000_000).starts_with("yes, "));
        assert!(said(2_000_000, 1_000_000).starts_with("no, "));
        assert!(said(1_000_000, 2_500_000).ends_with(": in batches 1.0 ms; alone 2.5 ms; singly 0.0 ms"));
    }
}
