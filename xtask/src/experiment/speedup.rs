//! Speed-ups of ways to share out tasks, over task sizes: what `crossover` and `slowdown` have in common.

use serde_json::json;

use super::observe::Observed;
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

/// The first of all ways: what the others are compared with.
pub const SERIAL: Way = Way { name: "serial", program: "serial", batch: 1 };

/// Work of one sample on one processor, nanoseconds: enough for start and end not to matter.
const WORK_NS: u64 = 20_000_000;
/// Fewest tasks of a sample: with fewer, shares would be uneven.
const FEWEST: u64 = 24;

/// The serial way and all others, at each task size in nanoseconds.
pub fn plan(settings: &Settings, ways: &[Way], sizes: &[u64]) -> Vec<Job> {
    let job = |way: &Way, task_ns: u64, workers| {
        let tasks = (WORK_NS / settings.shrink / task_ns).max(FEWEST);
        let work = ((task_ns as f64 / settings.loop_ns).round() as u64).max(1);
        let numbers = vec![("workers", workers), ("tasks", tasks), ("work", work), ("batch", way.batch), ("every", 16)];
        Job { variant: way.name, at: task_ns, name: way.program, numbers }
    };
    let at = |task_ns: &u64| {
        let others = ways.iter().map(|way| job(way, *task_ns, settings.workers));
        std::iter::once(job(&SERIAL, *task_ns, 1)).chain(others).collect::<Vec<_>>()
    };
    sizes.iter().flat_map(at).collect()
}

/// Speed-ups of one way: at each task size, round by round against the serial run of the same round.
struct Line {
    name: &'static str,
    points: Vec<(u64, Spread)>,
}

/// The table, sentence and plot of an experiment on these ways and sizes.
///
/// # Errors
/// When two ways did not come to the same result, so that there is nothing to compare.
pub fn judge(experiment: &Experiment, observed: &Observed, ways: &[Way], sizes: &[u64]) -> Result<Report, String> {
    sizes.iter().try_for_each(|size| same_sums(observed, ways, *size))?;
    let lines: Vec<Line> = ways
        .iter()
        .map(|way| Line {
            name: way.name,
            points: sizes.iter().map(|s| (*s, speedup(observed, way.name, *s))).collect(),
        })
        .collect();
    let result = |l: &Line| {
        let points = l.points.iter().map(|(s, v)| json!({ "task_ns": s, "speedup": report::number(v) }));
        json!({ "way": l.name, "points": points.collect::<Vec<_>>() })
    };
    Ok(Report {
        head: vec!["speed-up over one worker", "task", "median", "quarters"],
        rows: lines.iter().flat_map(rows).collect(),
        says: lines.iter().map(wins).collect(),
        explains: Vec::new(),
        missing: Vec::new(),
        results: json!({ "rows": lines.iter().map(result).collect::<Vec<_>>() }),
        plot: Plot::Lines(plot(experiment, &lines)),
    })
}

fn same_sums(observed: &Observed, ways: &[Way], size: u64) -> Result<(), String> {
    // Sums are taken modulo 2^32 by the workers, and so here.
    let sum = |s: &super::observe::Sample| s.all("sum").sum::<u64>() & 0xffff_ffff;
    let serial = observed.of(SERIAL.name, size).first().map(|s| sum(s)).ok_or("there is no serial run")?;
    let differs = |way: &&Way| observed.of(way.name, size).iter().any(|s| sum(s) != serial);
    match ways.iter().find(differs) {
        None => Ok(()),
        Some(way) => Err(format!("{} came to another result than one worker: there is nothing to compare", way.name)),
    }
}

fn speedup(observed: &Observed, way: &str, size: u64) -> Spread {
    let (serial, own) = (observed.of(SERIAL.name, size), observed.of(way, size));
    spread(serial.iter().zip(&own).map(|(serial, own)| serial.makespan() / own.makespan().max(1.0)))
}

fn rows(line: &Line) -> Vec<Vec<String>> {
    let one = |(at, (size, value)): (usize, &(u64, Spread))| {
        let quarters = format!("{} to {}", Unit::Ratio.show(value.low), Unit::Ratio.show(value.high));
        let name = if at == 0 { line.name } else { "" };
        vec![name.to_owned(), Unit::Nanoseconds.show(*size as f64), Unit::Ratio.show(value.mid), quarters]
    };
    line.points.iter().enumerate().map(one).collect()
}

/// From which task size on a way beats one worker, interpolated between the sizes measured.
fn wins(line: &Line) -> String {
    let name = line.name;
    let last_loss = line.points.iter().rposition(|(_, v)| v.mid <= 1.0);
    match last_loss {
        None => format!("{name}: faster than one worker at every size measured."),
        Some(at) if at + 1 == line.points.len() => {
            format!("{name}: still no faster than one worker at the largest size.")
        }
        Some(at) => {
            let ((before, slow), (after, fast)) = (line.points[at], line.points[at + 1]);
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

fn plot(experiment: &Experiment, lines: &[Line]) -> Lines {
    let series = |line: &Line| Series {
        name: line.name.to_owned(),
        points: line.points.iter().map(|(size, value)| (*size as f64, *value)).collect(),
    };
    Lines {
        title: experiment.title.to_owned(),
        notes: Vec::new(),
        x: Axis::new("work in one task", Scale::Log, Unit::Nanoseconds),
        y: Axis::new("speed-up over one worker", Scale::Log, Unit::Ratio),
        rules: vec![(1.0, "one worker".to_owned())],
        series: lines.iter().map(series).collect(),
        tags: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(u64, f64)]) -> Line {
        Line { name: "queue", points: points.iter().map(|(size, v)| (*size, Spread::exact(*v))).collect() }
    }

    #[test]
    fn the_crossing_lies_between_the_last_loss_and_the_first_win() {
        let said = wins(&line(&[(200, 0.25), (1_000, 0.5), (10_000, 2.0), (100_000, 2.0)]));
        assert_eq!(said, "queue: faster than one worker from about 3.2 µs a task.");
        assert!(wins(&line(&[(200, 1.5)])).contains("at every size"));
        assert!(wins(&line(&[(200, 1.5), (1_000, 0.9)])).contains("still no faster"));
    }
}
