//! Speed-ups of ways to share out tasks, over task sizes: what `crossover` and `slowdown` have in common.

use serde_json::json;

use super::observe::{Line, Observed};
use super::report::{self, Plot, Report};
use super::stats::spread;
use super::{Experiment, Job, Settings};
use crate::plot::{Axis, Lines, Scale, Series, Spread, Unit};

/// A way to do the tasks.
pub struct Way {
    /// What it is called.
    pub name: &'static str,
    /// What the measuring program is asked for …
    pub program: &'static str,
    /// … and how many tasks go through at once.
    pub batch: u64,
}

/// What the others are compared with.
const SERIAL: Way = Way { name: "serial", program: "serial", batch: 1 };

/// Work of one sample on one processor, nanoseconds: enough for start and end not to matter.
const WORK_NS: u64 = 20_000_000;
/// Fewest tasks of a sample: with fewer, shares would be uneven.
const FEWEST: u64 = 24;

/// All ways at each task size in nanoseconds, each against the serial way.
pub fn plan(settings: &Settings, ways: &[Way], sizes: &[u64]) -> Vec<Job> {
    let numbers = |way: &Way, task_ns: u64, workers| {
        let tasks = (WORK_NS / settings.shrink / task_ns).max(FEWEST);
        let work = ((task_ns as f64 / settings.loop_ns).round() as u64).max(1);
        vec![("workers", workers), ("tasks", tasks), ("work", work), ("batch", way.batch), ("every", 16)]
    };
    let job = |way: &Way, task_ns| Job {
        variant: way.name,
        at: task_ns,
        name: way.program,
        numbers: numbers(way, task_ns, settings.workers),
        against: Some((SERIAL.program, numbers(&SERIAL, task_ns, 1))),
    };
    sizes.iter().flat_map(|size| ways.iter().map(move |way| job(way, *size))).collect()
}

/// Speed-ups of one way: at each task size, each sample against the serial one right beside it.
struct Curve {
    name: &'static str,
    points: Vec<(u64, Spread)>,
}

/// The table, sentence and plot of an experiment on these ways and sizes.
///
/// # Errors
/// When two ways did not come to the same result, so that there is nothing to compare.
pub fn judge(experiment: &Experiment, observed: &Observed, ways: &[Way], sizes: &[u64]) -> Result<Report, String> {
    sizes.iter().try_for_each(|size| same_sums(observed, ways, *size))?;
    let curves: Vec<Curve> = ways
        .iter()
        .map(|way| Curve {
            name: way.name,
            points: sizes.iter().map(|s| (*s, speedup(observed, way.name, *s))).collect(),
        })
        .collect();
    let result = |c: &Curve| {
        let points = c.points.iter().map(|(s, v)| json!({ "task_ns": s, "speedup": report::number(v) }));
        json!({ "way": c.name, "points": points.collect::<Vec<_>>() })
    };
    Ok(Report {
        head: vec!["speed-up over one worker", "task", "median", "quarters"],
        rows: curves.iter().flat_map(rows).collect(),
        says: curves.iter().map(wins).collect(),
        explains: Vec::new(),
        missing: Vec::new(),
        results: json!({ "rows": curves.iter().map(result).collect::<Vec<_>>() }),
        plot: Plot::Lines(plot(experiment, &curves)),
    })
}

fn same_sums(observed: &Observed, ways: &[Way], size: u64) -> Result<(), String> {
    // Sums are taken modulo 2^32 by the workers, and so here.
    let sum = |lines: &[Line]| lines.iter().filter_map(|l| l.get("sum")).sum::<u64>() & 0xffff_ffff;
    for way in ways {
        let samples = observed.of(way.name, size);
        if samples.is_empty() || samples.iter().any(|s| s.against.is_empty()) {
            return Err(format!("{}: a sample is missing", way.name));
        }
        if samples.iter().any(|s| sum(&s.lines) != sum(&s.against)) {
            return Err(format!("{} came to another result than one worker: there is nothing to compare", way.name));
        }
    }
    Ok(())
}

fn speedup(observed: &Observed, way: &str, size: u64) -> Spread {
    spread(observed.of(way, size).iter().map(|s| s.other_makespan() / s.makespan().max(1.0)))
}

fn rows(curve: &Curve) -> Vec<Vec<String>> {
    let one = |(at, (size, value)): (usize, &(u64, Spread))| {
        let quarters = format!("{} to {}", Unit::Ratio.show(value.low), Unit::Ratio.show(value.high));
        let name = if at == 0 { curve.name } else { "" };
        vec![name.to_owned(), Unit::Nanoseconds.show(*size as f64), Unit::Ratio.show(value.mid), quarters]
    };
    curve.points.iter().enumerate().map(one).collect()
}

/// From which task size on a way beats one worker, interpolated between the sizes measured.
fn wins(curve: &Curve) -> String {
    let name = curve.name;
    let last_loss = curve.points.iter().rposition(|(_, v)| v.mid <= 1.0);
    match last_loss {
        None => format!("{name}: faster than one worker at every size measured."),
        Some(at) if at + 1 == curve.points.len() => {
            format!("{name}: still no faster than one worker at the largest size.")
        }
        Some(at) => {
            let ((before, slow), (after, fast)) = (curve.points[at], curve.points[at + 1]);
            // Both axes are logarithmic, as in the plot.
            let share = -slow.mid.ln() / (fast.mid.ln() - slow.mid.ln());
            let size = (before as f64) * (after as f64 / before as f64).powf(share);
            format!("{name}: faster than one worker from about {} a task.", Unit::Nanoseconds.show(round(size)))
        }
    }
}

/// Two digits: more would be a promise.
fn round(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}

fn plot(experiment: &Experiment, curves: &[Curve]) -> Lines {
    let series = |curve: &Curve| Series {
        name: curve.name.to_owned(),
        points: curve.points.iter().map(|(size, value)| (*size as f64, *value)).collect(),
    };
    Lines {
        title: experiment.title.to_owned(),
        notes: Vec::new(),
        x: Axis::new("work in one task", Scale::Log, Unit::Nanoseconds),
        y: Axis::new("speed-up over one worker", Scale::Log, Unit::Ratio),
        rules: vec![(1.0, "one worker".to_owned())],
        series: curves.iter().map(series).collect(),
        tags: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(u64, f64)]) -> Curve {
        Curve { name: "queue", points: points.iter().map(|(size, v)| (*size, Spread::exact(*v))).collect() }
    }

    #[test]
    fn the_crossing_lies_between_the_last_loss_and_the_first_win() {
        let said = wins(&line(&[(200, 0.25), (1_000, 0.5), (10_000, 2.0), (100_000, 2.0)]));
        assert_eq!(said, "queue: faster than one worker from about 3.2 µs a task.");
        assert!(wins(&line(&[(200, 1.5)])).contains("at every size"));
        assert!(wins(&line(&[(200, 1.5), (1_000, 0.9)])).contains("still no faster"));
    }
}
