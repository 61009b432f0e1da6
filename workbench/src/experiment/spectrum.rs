//! The spectrum of shared state: what does one access cost, alone and beside others?

use serde_json::json;

use super::observe::{Observed, Sample};
use super::report::{self, Plot, Report};
use super::stats::spread;
use super::{Experiment, Job, Settings};
use crate::plot::{Axis, Ladder, Row, Scale, Spread, Unit};

/// The experiment.
pub const EXPERIMENT: Experiment =
    Experiment { name: "spectrum", title: "What does one access to shared state cost?", workers: 4, plan, judge };

/// A kind of access.
struct Access {
    name: &'static str,
    program: &'static str,
    /// How often a sample does it.
    times: u64,
    /// Fewest workers that can do it.
    fewest: u64,
    /// 1 when it asks a manager.
    manager: u64,
}

const fn access(name: &'static str, program: &'static str, times: u64) -> Access {
    Access { name, program, times, fewest: 1, manager: 0 }
}

const fn managed(name: &'static str, program: &'static str) -> Access {
    Access { manager: 1, ..access(name, program, 2_000) }
}

const ACCESSES: [Access; 15] = [
    access("RawValue, read", "raw-get", 20_000_000),
    access("RawValue, write", "raw-set", 10_000_000),
    access("Array, read an element", "array-get", 5_000_000),
    access("slice, read an element", "slice-get", 20_000_000),
    access("RawValue, fetch_add", "fetch-add", 2_000_000),
    access("Value, read (takes its lock)", "value-get", 300_000),
    access("Value, add under its lock", "value-add", 300_000),
    access("queue, put and get in batches of 32", "queue-batch", 10_000),
    access("queue, put and get one", "queue-item", 100_000),
    access("pipe_queue, put and get one", "pipe-item", 20_000),
    Access { fewest: 2, ..access("barrier, meet once", "barrier", 2_000) },
    managed("manager value, read", "manager-value"),
    managed("manager dict, read an entry", "manager-get"),
    managed("manager dict, write an entry", "manager-set"),
    managed("manager list, append", "manager-append"),
];

/// Alone, or as nearly alone as the access allows, and beside others.
fn crowds(settings: &Settings, access: &Access) -> [u64; 2] {
    [access.fewest, settings.workers]
}

fn plan(settings: &Settings) -> Vec<Job> {
    let mut jobs = Vec::new();
    for access in &ACCESSES {
        let mut crowds = crowds(settings, access).to_vec();
        crowds.dedup();
        jobs.extend(crowds.into_iter().map(|workers| {
            let items = (access.times / settings.shrink).max(100);
            let numbers = vec![("workers", workers), ("items", items), ("manager", access.manager)];
            Job { variant: access.name, at: workers, name: access.program, numbers, against: None }
        }));
    }
    jobs
}

/// What an access took a worker, in the mean over its accesses and over the workers.
fn price(sample: &Sample) -> f64 {
    let each = sample.lines.iter().filter_map(|line| {
        let span = line.get("end")?.checked_sub(*line.get("start")?)?;
        Some(span as f64 / *line.get("accesses")? as f64)
    });
    each.sum::<f64>() / sample.lines.len() as f64
}

struct Priced {
    name: &'static str,
    fewest: u64,
    alone: Spread,
    beside: Spread,
}

fn judge(settings: &Settings, observed: &Observed) -> Result<Report, String> {
    let of = |access: &Access, workers| {
        let samples = observed.of(access.name, workers);
        let counted = samples.iter().all(|s| s.all("accesses").count() as u64 == workers);
        match counted && !samples.is_empty() {
            true => Ok(spread(samples.into_iter().map(price))),
            false => Err(format!("{}: not every worker counted its accesses", access.name)),
        }
    };
    let priced = |access: &Access| {
        let [few, many] = crowds(settings, access);
        Ok(Priced { name: access.name, fewest: few, alone: of(access, few)?, beside: of(access, many)? })
    };
    let all: Vec<Priced> = ACCESSES.iter().map(priced).collect::<Result<_, String>>()?;
    Ok(Report {
        head: vec!["access", "alone", "beside others"],
        rows: all.iter().map(row).collect(),
        says: Vec::new(),
        explains: vec![format!(
            "\"Beside others\" is {} workers that all do the same; a barrier needs at least 2.",
            settings.workers
        )],
        missing: Vec::new(),
        results: json!({ "rows": all.iter().map(|p| result(settings, p)).collect::<Vec<_>>() }),
        plot: Plot::Ladder(plot(settings, &all)),
    })
}

fn row(p: &Priced) -> Vec<String> {
    let words = |s: &Spread| report::with_spread(Unit::Nanoseconds, s);
    vec![p.name.to_owned(), words(&p.alone), words(&p.beside)]
}

fn result(settings: &Settings, p: &Priced) -> serde_json::Value {
    json!({
        "access": p.name,
        "alone": { "workers": p.fewest, "ns": report::number(&p.alone) },
        "beside_others": { "workers": settings.workers, "ns": report::number(&p.beside) },
    })
}

fn plot(settings: &Settings, all: &[Priced]) -> Ladder {
    let row = |name: String, series, value: Spread| Row {
        name,
        series,
        value: Some(value),
        text: Unit::Nanoseconds.show(value.mid),
    };
    let rows = all.iter().flat_map(|p| {
        let beside = format!("{} workers", settings.workers);
        [row(p.name.to_owned(), 0, p.alone), row(beside, 1, p.beside)]
    });
    Ladder {
        title: EXPERIMENT.title.to_owned(),
        notes: Vec::new(),
        x: Axis::new("one access", Scale::Log, Unit::Nanoseconds),
        rules: Vec::new(),
        rows: rows.collect(),
    }
}
