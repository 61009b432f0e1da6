//! Example 27.2: identical prime counting by all workers, and a look at the flag every so many candidates. What do the
//! looks cost?

use serde_json::json;

use super::observe::{Observed, Sample};
use super::report::{self, Plot, Report};
use super::stats::spread;
use super::{Experiment, Job, Settings};
use crate::plot::{Axis, Lines, Scale, Series, Spread, Unit};

/// The experiment.
pub const EXPERIMENT: Experiment = Experiment {
    name: "check-interval",
    title: "What does a look at the flag cost, every so many candidates?",
    workers: 4,
    plan,
    judge,
};

/// Candidates a worker.
const CANDIDATES: u64 = 200_000;
/// The intervals; the lecture compares 10 with 1000.
const INTERVALS: [u64; 4] = [1, 10, 100, 1_000];
/// Where a plot puts "never".
const NEVER: u64 = 10_000;
/// What a look may cost: the limit of lab 3.
const TAX: f64 = 1.05;
/// A kind of look.
struct Look {
    name: &'static str,
    program: &'static str,
    intervals: &'static [u64],
    /// 1 when it asks a manager.
    manager: u64,
}

static LOOKS: [Look; 3] = [
    Look { name: "raw load", program: "search-raw", intervals: &INTERVALS, manager: 0 },
    Look { name: "locked check", program: "search-locked", intervals: &INTERVALS, manager: 0 },
    Look { name: "manager round trip", program: "search-manager", intervals: INTERVALS.split_at(1).1, manager: 1 },
];

fn plan(settings: &Settings) -> Vec<Job> {
    let items = CANDIDATES / settings.shrink;
    let numbers =
        |workers, every, manager| vec![("workers", workers), ("items", items), ("every", every), ("manager", manager)];
    let never = |workers| ("search-never", numbers(workers, u64::MAX, 0));
    let looks = |look: &'static Look| {
        let at = |every: &u64| Job {
            variant: look.name,
            at: *every,
            name: look.program,
            numbers: numbers(settings.workers, *every, look.manager),
            against: Some(never(settings.workers)),
        };
        look.intervals.iter().map(at).collect::<Vec<_>>()
    };
    let mut jobs: Vec<Job> = LOOKS.iter().flat_map(looks).collect();
    for (variant, workers) in [("no look", settings.workers), ("alone", 1)] {
        let (name, numbers) = never(workers);
        jobs.push(Job { variant, at: NEVER, name, numbers, against: None });
    }
    jobs
}

/// One row: a variant at an interval.
struct Priced {
    variant: &'static str,
    every: u64,
    time: Spread,
    /// Times as long as without a look, pair by pair.
    ratio: Spread,
    looks_a_second: Spread,
}

fn judge(settings: &Settings, observed: &Observed) -> Result<Report, String> {
    same_primes(settings, observed)?;
    let priced = |variant, every| {
        let samples = observed.of(variant, every);
        let looks = |s: &Sample| s.all("looks").sum::<u64>() as f64;
        Priced {
            variant,
            every,
            time: spread(samples.iter().map(|s| s.makespan())),
            // What is compared with nothing is what the others are compared with.
            ratio: match variant {
                "no look" => Spread::exact(1.0),
                _ => spread(samples.iter().map(|s| s.makespan() / s.other_makespan())),
            },
            looks_a_second: spread(samples.iter().map(|s| looks(s) / s.makespan() * 1e9)),
        }
    };
    let mut all = vec![priced("no look", NEVER)];
    all.extend(LOOKS.iter().flat_map(|look| look.intervals.iter().map(|every| priced(look.name, *every))));
    let alone = spread(observed.of("alone", NEVER).iter().map(|s| s.makespan()));
    let candidate = alone.mid / (CANDIDATES / settings.shrink) as f64;
    Ok(Report {
        head: vec!["look", "every", "time", "times no look", "looks a second", "lock operations a second"],
        rows: all.iter().map(row).collect(),
        says: says(&all, candidate),
        explains: Vec::new(),
        missing: vec![("a manager round trip at every candidate", "it would take most of a minute")],
        results: json!({ "candidate_ns": candidate, "rows": all.iter().map(result).collect::<Vec<_>>() }),
        plot: Plot::Lines(plot(&all)),
    })
}

/// Every worker of every sample counted the same primes: what is compared did the same work.
fn same_primes(settings: &Settings, observed: &Observed) -> Result<(), String> {
    let lines = observed.samples.iter().flat_map(|s| s.lines.iter().chain(&s.against));
    let mut all = lines.filter_map(|line| line.get("primes").copied());
    let first = all.next().ok_or("no worker counted primes")?;
    let everybody = |lines: &[super::observe::Line]| lines.len() as u64 == settings.workers;
    let of_all = |s: &Sample| everybody(&s.lines) && (s.against.is_empty() || everybody(&s.against));
    let complete = observed.samples.iter().filter(|s| s.variant != "alone").all(of_all);
    match complete && all.all(|primes| primes == first) {
        true => Ok(()),
        false => Err("the workers did not all count the same primes: there is nothing to compare".to_owned()),
    }
}

fn is_locked(p: &Priced) -> bool {
    p.variant == "locked check"
}

fn interval(every: u64) -> String {
    if every == NEVER { "never".to_owned() } else { every.to_string() }
}

fn row(p: &Priced) -> Vec<String> {
    let looks = Unit::PerSecond.show(p.looks_a_second.mid);
    vec![
        p.variant.to_owned(),
        interval(p.every),
        Unit::Nanoseconds.show(p.time.mid),
        report::with_spread(Unit::Ratio, &p.ratio),
        if p.every == NEVER { "-".to_owned() } else { looks.clone() },
        if is_locked(p) { looks } else { "-".to_owned() },
    ]
}

fn result(p: &Priced) -> serde_json::Value {
    json!({
        "look": p.variant,
        "every": (p.every != NEVER).then_some(p.every),
        "time_ns": report::number(&p.time),
        "times_no_look": report::number(&p.ratio),
        "looks_per_second": report::number(&p.looks_a_second),
        "lock_operations_per_second": is_locked(p).then(|| report::number(&p.looks_a_second)),
    })
}

/// For each kind of look the smallest interval from which on, as far as measured, it costs little.
fn says(all: &[Priced], candidate: f64) -> Vec<String> {
    let mut says = vec![format!("A candidate takes {} on its own.", Unit::Nanoseconds.show(candidate))];
    says.extend(LOOKS.iter().map(|Look { name: variant, .. }| {
        let own = || all.iter().filter(|p| p.variant == *variant);
        let dear = own().filter(|p| p.ratio.mid > TAX).map(|p| p.every).max().unwrap_or(0);
        match own().map(|p| p.every).filter(|every| *every > dear).min() {
            Some(every) => format!("With a {variant}, intervals from {every} on cost at most 5 %."),
            None => format!("With a {variant}, even the largest interval measured costs more than 5 %."),
        }
    }));
    says
}

fn plot(all: &[Priced]) -> Lines {
    let series = |variant: &str| {
        let points = all.iter().filter(|p| p.variant == variant).map(|p| (p.every as f64, p.ratio));
        Series { name: variant.to_owned(), points: points.collect() }
    };
    let mut x = Axis::new("a look every so many candidates", Scale::Log, Unit::Count);
    x.named = INTERVALS.iter().map(|every| (*every as f64, every.to_string())).collect();
    Lines {
        title: EXPERIMENT.title.to_owned(),
        notes: Vec::new(),
        x,
        y: Axis::new("times as long as without a look", Scale::Log, Unit::Ratio),
        rules: vec![(TAX, "5 % more".to_owned())],
        series: LOOKS.iter().map(|look| series(look.name)).collect(),
        tags: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_advised_only_if_all_larger_ones_cost_little_too() {
        let priced = |every, ratio| Priced {
            variant: "raw load",
            every,
            time: Spread::exact(1.0),
            ratio: Spread::exact(ratio),
            looks_a_second: Spread::exact(1.0),
        };
        let said = |ratios: [f64; 3]| {
            says(&[1, 10, 100].into_iter().zip(ratios).map(|(e, r)| priced(e, r)).collect::<Vec<_>>(), 9.0)
        };
        assert_eq!(said([1.2, 1.04, 1.0])[1], "With a raw load, intervals from 10 on cost at most 5 %.");
        assert_eq!(said([1.0, 1.06, 1.0])[1], "With a raw load, intervals from 100 on cost at most 5 %.");
        assert_eq!(
            said([1.0, 1.0, 1.3])[1],
            "With a raw load, even the largest interval measured costs more than 5 %."
        );
    }
}
