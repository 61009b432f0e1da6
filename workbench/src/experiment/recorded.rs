//! A recorded experiment, judged and rendered again: the samples are in the document, so the picture needs no machine.

use anyhow::{Context, Result};
use serde_json::Value;

use super::observe::{Line, Observed, Sample};
use super::report::{self, Plot};
use super::{Experiment, Settings, find, stats};
use crate::plot::{self, Ladder, Lines};
use crate::timing::gate::BUSY;

/// What a book shows of a record.
pub struct Recorded {
    /// The question.
    pub title: &'static str,
    /// The table, as the command prints it.
    pub table: String,
    /// The picture.
    pub svg: String,
    /// The results as numbers.
    pub results: Value,
    /// Command, machine, and whether other programs disturbed it.
    pub caption: String,
}

/// Reads the document that `cargo xtask experiment NAME --json` printed.
///
/// # Errors
/// When it is no such document, or its samples cannot be.
pub fn read(document: &Value) -> Result<Recorded> {
    let experiment = find(text(document, "experiment")?).map_err(anyhow::Error::msg)?;
    let settings = Settings {
        workers: number(document, "workers")?,
        rounds: number(document, "rounds")? as usize,
        shrink: number(document, "shrink")?,
        loop_ns: document["loop_ns"].as_f64().context("no number `loop_ns`")?,
    };
    let observed = observed(experiment, &settings, document)?;
    let report = (experiment.judge)(&settings, &observed).map_err(anyhow::Error::msg)?;
    let notes: Vec<String> = serde_json::from_value(document["words"].clone()).context("no list `words`")?;
    let svg = match &report.plot {
        Plot::Lines(lines) => plot::lines(&Lines { notes, ..lines.clone() }),
        Plot::Ladder(ladder) => plot::ladder(&Ladder { notes, ..ladder.clone() }),
    };
    let caption = caption(experiment, &settings, &observed, document)?;
    let table = report::table(&report);
    Ok(Recorded { title: experiment.title, table, svg, results: report.results, caption })
}

fn observed(experiment: &Experiment, settings: &Settings, document: &Value) -> Result<Observed> {
    let jobs = (experiment.plan)(settings);
    let sample = |value: &Value| {
        let name = text(value, "variant")?;
        let job = jobs.iter().find(|j| j.variant == name).with_context(|| format!("unknown variant `{name}`"))?;
        let lines = |key: &str| -> Result<Vec<Line>> {
            serde_json::from_value(value[key].clone()).with_context(|| format!("no lines `{key}` in a sample"))
        };
        Ok(Sample {
            variant: job.variant,
            at: number(value, "at")?,
            round: number(value, "round")? as usize,
            lines: lines("lines")?,
            against: lines("against")?,
        })
    };
    let samples = document["samples"].as_array().context("no list `samples`")?;
    let foreign = document["foreign_cores"].as_array().context("no list `foreign_cores`")?;
    Ok(Observed {
        samples: samples.iter().map(sample).collect::<Result<_>>()?,
        foreign: foreign.iter().map(|f| f.as_f64().unwrap_or(f64::NAN)).collect(),
    })
}

fn caption(experiment: &Experiment, settings: &Settings, observed: &Observed, document: &Value) -> Result<String> {
    let machine = &document["machine"];
    let mut caption = format!(
        "`cargo xtask experiment {} --rounds {}`, recorded on {} processors, Linux {}, {}, commit {}.",
        experiment.name,
        settings.rounds,
        machine["cpus"].as_f64().context("no number `cpus`")?,
        text(machine, "kernel")?,
        text(machine, "rustc")?,
        text(document, "commit")?,
    );
    let foreign = stats::spread(observed.foreign.iter().copied().filter(|f| f.is_finite())).mid;
    if foreign > BUSY {
        caption += &format!(
            " **Recorded beside other work**, which used {foreign:.1} processors: a placeholder, not a measurement; record your own on a quiet machine."
        );
    }
    if settings.shrink > 1 {
        caption += " At a fraction of the usual size: it shows that it works, not what is true.";
    }
    Ok(caption)
}

fn text<'v>(value: &'v Value, key: &str) -> Result<&'v str> {
    value[key].as_str().with_context(|| format!("no text `{key}`"))
}

fn number(value: &Value, key: &str) -> Result<u64> {
    value[key].as_u64().with_context(|| format!("no number `{key}`"))
}
