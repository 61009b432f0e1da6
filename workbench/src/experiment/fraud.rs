//! The fraud engine: all search, one finds, the others should stop. How late are they, what do they waste, and what does it
//! cost to know sooner?

use serde_json::json;

use super::observe::Observed;
use super::report::{self, Plot, Report};
use super::stats::spread;
use super::{Experiment, Job, Settings};
use crate::plot::{Axis, Lines, Scale, Series, Spread, Unit};

/// The experiment.
pub const EXPERIMENT: Experiment = Experiment {
    name: "fraud",
    title: "How soon do the others stop, and what does it cost to know sooner?",
    // One a processor on the smallest machine that has two: with more, what is measured is who gets a processor when.
    workers: 2,
    plan,
    judge,
};

/// The finder's hit is somewhere in the second half of so many candidates.
const CANDIDATES: u64 = 20_000;
/// Raises a sample: each gives a latency of every worker but one.
const RAISES: u64 = 12;
const INTERVALS: [u64; 5] = [1, 10, 100, 1_000, 10_000];
const LOOKS: [(&str, &str); 2] = [("raw look", "fraud-raw"), ("locked look", "fraud-locked")];

fn plan(settings: &Settings) -> Vec<Job> {
    let job = |variant, name, every| Job {
        variant,
        at: every,
        name,
        numbers: vec![
            ("workers", settings.workers),
            ("items", CANDIDATES / settings.shrink),
            ("every", every),
            ("rounds", RAISES),
            ("seed", 7),
        ],
        against: None,
    };
    LOOKS.into_iter().flat_map(|(variant, name)| INTERVALS.map(|every| job(variant, name, every))).collect()
}

/// One row: a kind of look at an interval.
struct Stopped {
    look: &'static str,
    every: u64,
    /// From the raise to a worker's stop, nanoseconds.
    latency: Spread,
    worst: f64,
    /// Candidates that a worker searched after the raise.
    wasted: Spread,
    most_wasted: f64,
    /// Candidates a second, of all workers, until the raise.
    searched: Spread,
}

fn judge(settings: &Settings, observed: &Observed) -> Result<Report, String> {
    let all: Vec<Stopped> = LOOKS
        .iter()
        .flat_map(|(look, _)| INTERVALS.map(|every| stopped(settings, observed, look, every)))
        .collect::<Result<_, _>>()?;
    Ok(Report {
        head: vec!["look", "every", "candidates a second", "stop latency", "worst", "wasted after the raise", "most"],
        rows: all.iter().map(row).collect(),
        says: says(&all),
        explains: vec![
            "A worker without a processor at the raise stops when it gets one again: that is the worst case."
                .to_owned(),
            "What is wasted counts from just before the raise, so it can be a little more than the interval."
                .to_owned(),
        ],
        missing: Vec::new(),
        results: json!({ "rows": all.iter().map(result).collect::<Vec<_>>() }),
        plot: Plot::Lines(plot(&all)),
    })
}

fn stopped(settings: &Settings, observed: &Observed, look: &'static str, every: u64) -> Result<Stopped, String> {
    let samples = observed.of(look, every);
    let all = |name: &'static str| samples.iter().flat_map(move |s| s.all(name)).map(|n| n as f64);
    let (raises, others) = (RAISES as usize * samples.len(), settings.workers as usize - 1);
    if all("searched").count() != raises || all("latency").count() != raises * others {
        return Err(format!("{look}, every {every}: not every worker stopped once after every raise"));
    }
    let lines = samples.iter().flat_map(|s| &s.lines);
    let rate = |line: &super::observe::Line| Some(*line.get("searched")? as f64 / *line.get("took")? as f64 * 1e9);
    Ok(Stopped {
        look,
        every,
        latency: spread(all("latency")),
        worst: all("latency").fold(0.0, f64::max),
        wasted: spread(all("wasted")),
        most_wasted: all("wasted").fold(0.0, f64::max),
        searched: spread(lines.filter_map(rate)),
    })
}

fn row(s: &Stopped) -> Vec<String> {
    vec![
        s.look.to_owned(),
        s.every.to_string(),
        Unit::PerSecond.show(s.searched.mid),
        report::with_spread(Unit::Nanoseconds, &s.latency),
        Unit::Nanoseconds.show(s.worst),
        Unit::Count.show(s.wasted.mid),
        Unit::Count.show(s.most_wasted),
    ]
}

fn result(s: &Stopped) -> serde_json::Value {
    json!({
        "look": s.look, "every": s.every,
        "candidates_per_second": report::number(&s.searched),
        "latency_ns": report::number(&s.latency), "latency_worst_ns": s.worst,
        "wasted": report::number(&s.wasted), "wasted_most": s.most_wasted,
    })
}

fn says(all: &[Stopped]) -> Vec<String> {
    let at = |look: &str, every: u64| all.iter().find(|s| s.look == look && s.every == every);
    let (last, [(raw, _), (locked, _)]) = (INTERVALS[INTERVALS.len() - 1], LOOKS);
    let (Some(first), Some(late), Some(dear)) = (at(raw, 1), at(raw, last), at(locked, 1)) else { return Vec::new() };
    let (time, rate) =
        (|s: &Stopped| Unit::Nanoseconds.show(s.latency.mid), |s: &Stopped| Unit::PerSecond.show(s.searched.mid));
    vec![
        format!(
            "Nobody stops at once: half stop within {} with a {raw} at every candidate, within {} at every {last}th.",
            time(first),
            time(late)
        ),
        format!("At every candidate, a {locked} leaves {} candidates, a {raw} {}.", rate(dear), rate(first)),
    ]
}

fn plot(all: &[Stopped]) -> Lines {
    let series = |look: &'static str| {
        let points = all.iter().filter(|s| s.look == look).map(|s| (s.every as f64, s.latency));
        Series { name: look.to_owned(), points: points.collect() }
    };
    let mut x = Axis::new("a look every so many candidates", Scale::Log, Unit::Count);
    x.named = INTERVALS.iter().map(|every| (*every as f64, every.to_string())).collect();
    Lines {
        title: EXPERIMENT.title.to_owned(),
        notes: Vec::new(),
        x,
        y: Axis::new("stop latency: from the raise to a worker's stop", Scale::Log, Unit::Nanoseconds),
        rules: Vec::new(),
        series: LOOKS.iter().map(|(look, _)| series(look)).collect(),
        tags: Vec::new(),
    }
}
