//! What an experiment found, rendered: a table for people, a document for programs.

use serde_json::{Value, json};

use super::observe::Observed;
use super::{Experiment, Settings};
use crate::plot::{self, Ladder, Lines, Spread, Unit};
use crate::report::{machine, provenance};
use crate::timing::gate::BUSY;

/// What the judgement of an experiment came to.
pub struct Report {
    /// Heads of the table's columns.
    pub head: Vec<&'static str>,
    /// The table's rows.
    pub rows: Vec<Vec<String>>,
    /// What the numbers say. It is not said when the machine was busy.
    pub says: Vec<String>,
    /// What must be known to read the numbers, always.
    pub explains: Vec<String>,
    /// Things that were not measured: what, why.
    pub missing: Vec<(&'static str, &'static str)>,
    /// The same as the table, as numbers.
    pub results: Value,
    /// The picture.
    pub plot: Plot,
}

/// One of the two forms of plots.
pub enum Plot {
    /// What changes with a size.
    Lines(Lines),
    /// Things by name.
    Ladder(Ladder),
}

/// A value with the quarters around it: `1.02× (1.01× to 1.04×)`.
pub fn with_spread(unit: Unit, value: &Spread) -> String {
    format!("{} ({} to {})", unit.show(value.mid), unit.show(value.low), unit.show(value.high))
}

/// A value for the document.
pub fn number(value: &Spread) -> Value {
    json!({ "median": value.mid, "quartile_1": value.low, "quartile_3": value.high })
}

/// The table in columns: words to the left, all else to the right.
pub fn table(report: &Report) -> String {
    let cells = || report.rows.iter().map(|row| row.iter().map(String::as_str).collect::<Vec<_>>());
    let all: Vec<Vec<&str>> = std::iter::once(report.head.clone()).chain(cells()).collect();
    let width = |column: usize| all.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..report.head.len()).map(width).collect();
    all.iter().fold(String::new(), |text, row| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        text + "  " + cells.collect::<Vec<_>>().join("  ").trim_end() + "\n"
    })
}

/// Processors that other programs used in the middle round; `NaN` when it cannot be told.
fn foreign(observed: &Observed) -> f64 {
    super::stats::spread(observed.foreign.iter().copied().filter(|f| f.is_finite())).mid
}

/// What the numbers say, if they can say anything, and what to know to read them.
pub fn words(settings: &Settings, observed: &Observed, report: &Report) -> Vec<String> {
    let foreign = foreign(observed);
    let mut words = match foreign > BUSY {
        false => report.says.clone(),
        true => vec![format!(
            "No conclusion: other programs used {foreign:.1} processors meanwhile. Run it again when the machine is quiet."
        )],
    };
    words.extend(report.explains.iter().cloned());
    words.extend(report.missing.iter().map(|(what, why)| format!("Not measured: {what}; {why}.")));
    words.extend(notes(settings));
    words
}

/// How it was measured.
fn notes(settings: &Settings) -> Vec<String> {
    let machine = machine::describe();
    let mut notes = vec![format!(
        "{} round{} in random order; medians, in brackets and as bars from the first to the third quarter.",
        settings.rounds,
        if settings.rounds == 1 { "" } else { "s" }
    )];
    if settings.workers as f64 > machine.cpus {
        notes.push(format!(
            "{} workers on {} processors are oversubscribed: who waits for another may wait until that one gets a processor.",
            settings.workers, machine.cpus
        ));
    }
    if settings.shrink > 1 {
        notes.push(format!("A {}th of the usual size: this shows that it works, not what is true.", settings.shrink));
    }
    notes.push(format!("{} processors, Linux {}, {}.", machine.cpus, machine.kernel, machine.rustc));
    notes
}

/// Everything, for programs.
pub fn document(experiment: &Experiment, settings: &Settings, observed: &Observed, report: &Report) -> Value {
    json!({
        "schema": crate::report::result::SCHEMA,
        "experiment": experiment.name,
        "title": experiment.title,
        "machine": machine::describe(),
        "commit": provenance::commit(),
        "workers": settings.workers,
        "rounds": settings.rounds,
        "shrink": settings.shrink,
        "loop_ns": settings.loop_ns,
        "words": words(settings, observed, report),
        "not_measured": report.missing.iter().map(|(what, why)| json!({ "what": what, "why": why })).collect::<Vec<_>>(),
        "results": report.results,
        "foreign_cores": observed.foreign,
        "samples": observed.samples,
    })
}

/// The plot, with the notes below it.
pub fn svg(settings: &Settings, observed: &Observed, report: &Report) -> String {
    let notes = words(settings, observed, report);
    match &report.plot {
        Plot::Lines(lines) => plot::lines(&Lines { notes, ..lines.clone() }),
        Plot::Ladder(ladder) => plot::ladder(&Ladder { notes, ..ladder.clone() }),
    }
}
