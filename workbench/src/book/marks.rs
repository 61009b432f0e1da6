//! Numbers, tables and figures in the chapters: `<!--n WHAT-->`, then what belongs there, then `<!--/n-->`.
//!
//! Comments are invisible on a forge and in the built book, so a chapter is plain Markdown with its numbers filled in.
//! `WHAT` is
//! - within a sentence: `price ROW WORKERS`, `rate ROW WORKERS`, `graph GRAPH`, `ratio BENCHMARK`, `build NAME seconds` or `cpu`,
//!   `checks solutions`, `grading WHAT`, `soundness COUNT`, `attacks`, `pairs WHAT`, `race WHAT`, `crash WHAT`, `rules WHICH`, `limit NAME`;
//! - a block of its own: `figure NAME`, `table EXPERIMENT`, `story GRAPH`, `crashes`, `verdicts`, `methods WHICH`, `bench`,
//!   `tariff`, `wall`, `clock`, `build`, `latency`, `profiles`, `explorer`, `checks corpus`, `grading`, `soundness`, `from RECORD`.

use anyhow::{Context, Result, bail};

use super::records::Records;
use super::{measured, story, tariff};
use crate::benchmarks;
use crate::crashes::table;
use crate::plot::Unit;
use crate::search::tariff::TARIFF;
use crate::timing::verdicts::{Rates, table as timing_table};

const OPEN: &str = "<!--n ";
const OPENED: &str = "-->";
const CLOSE: &str = "<!--/n-->";

/// The text with every mark filled in.
///
/// # Errors
/// When a mark is not closed, or asks for what is not there.
pub fn fill(text: &str, records: &Records) -> Result<String> {
    fill_with(text, &|what| show(what, records))
}

fn fill_with(text: &str, show: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let (before, mark) = rest.split_at(at);
        let (what, after) = mark[OPEN.len()..].split_once(OPENED).context("a mark is not closed: `-->` is missing")?;
        let (old, after) = after.split_once(CLOSE).with_context(|| format!("`{what}`: `{CLOSE}` is missing"))?;
        if old.contains(OPEN) {
            bail!("`{what}`: `{CLOSE}` is missing");
        }
        filled += &format!("{before}{OPEN}{what}{OPENED}{}{CLOSE}", show(what)?);
        rest = after;
    }
    Ok(filled + rest)
}

fn show(what: &str, records: &Records) -> Result<String> {
    let words: Vec<&str> = what.split_whitespace().collect();
    match words[..] {
        ["price", row, workers] => price(records, row, workers, &|ns| Unit::Nanoseconds.show(ns)),
        ["rate", row, workers] => price(records, row, workers, &|ns| Unit::PerSecond.show(1e9 / ns)),
        ["figure", name] => figure(records, name),
        ["table", name] => {
            let name = name.strip_prefix("experiment-").unwrap_or(name);
            let record = records.experiments.get(name).with_context(|| format!("no experiment `{name}`"))?;
            Ok(fenced(&record.table))
        }
        ["story", name] => Ok(fenced(&story::shortest_failure(graph(records, name)?)?)),
        ["graph", name] => Ok(story::size(graph(records, name)?)),
        ["crashes"] => {
            let [here, python] = records.crashes.outcomes();
            let whose = &records.crashes.provenance;
            Ok(format!("\n{}\n{}\n", table::render(&here, &python), whose.caption()))
        }
        ["verdicts"] => verdicts(records),
        ["methods", which] => methods(records, which),
        ["bench"] => {
            let (bench, whose) = (&records.bench, &records.bench.provenance);
            let busy =
                format!("other programs used the processors in {} of {} rounds", bench.busy_rounds, bench.rounds);
            let table = fenced(&benchmarks::table::render(bench, None));
            Ok(format!("{table}\n*`{}`, {}; {busy}.*\n", whose.command, whose.line()))
        }
        ["tariff"] => Ok(tariff::table(&TARIFF, &records.prices.1)),
        ["wall"] => Ok(measured::block(&records.wall.table(), &records.wall.provenance)),
        _ => measured::show(&words, records),
    }
}

fn graph<'r>(records: &'r Records, name: &str) -> Result<&'r super::graph::Graph> {
    records.graphs.get(name).with_context(|| format!("no graph `{name}`"))
}

fn price(records: &Records, row: &str, workers: &str, words: &dyn Fn(f64) -> String) -> Result<String> {
    crate::prices::catalogue::find(row).with_context(|| format!("no price `{row}` in the catalogue"))?;
    let workers = workers.parse().with_context(|| format!("`{workers}` workers"))?;
    // A reader without Python measures the rest.
    Ok(records.prices.1.find(row, workers).map_or("(not measured)".to_owned(), |price| words(price.ns)))
}

fn figure(records: &Records, name: &str) -> Result<String> {
    let (title, caption) = match name.strip_prefix("experiment-") {
        Some(experiment) => {
            let record = records.experiments.get(experiment).with_context(|| format!("no figure `{name}`"))?;
            (record.title, record.caption.clone())
        }
        None if name == "prices" => ("What one operation costs", records.price_caption()),
        None => bail!("no figure `{name}`"),
    };
    Ok(format!("\n![{title}](figures/{name}.svg)\n\n{caption}\n"))
}

/// A block of text as a terminal shows it.
pub fn fenced(text: &str) -> String {
    format!("\n```text\n{}\n```\n", text.trim_end())
}

/// How often each way of judging was wrong, about `recorded` or `synthetic` pairs: the worst program counts.
fn methods(records: &Records, which: &str) -> Result<String> {
    let all = records.verdicts[which].as_array().with_context(|| format!("verdicts.json has no list `{which}`"))?;
    let rates = all.iter().map(Rates::read).collect::<Option<Vec<_>>>();
    let rates = rates.with_context(|| format!("verdicts.json: `{which}` is of other programs than today's"))?;
    Ok(format!("\n{}", timing_table::of_methods(&rates)))
}

/// How often the vote was right about recorded runs.
fn verdicts(records: &Records) -> Result<String> {
    let all = records.verdicts["recorded"].as_array().context("verdicts.json has no list `recorded`")?;
    let mut text = String::from("\n| beside | program | pass | fail | not confirmed |\n|---|---|---|---|---|\n");
    for row in all.iter().filter(|row| row["method"] == "vote") {
        let share =
            |key: &str| row[key].as_f64().map(|s| format!("{:.1} %", 100.0 * s)).with_context(|| key.to_owned());
        let name = |v: &serde_json::Value| v.as_str().unwrap_or("?").to_owned();
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            name(&row["load"]),
            name(&row["program"]["name"]),
            share("pass")?,
            share("fail")?,
            share("inconclusive")?
        );
    }
    let command = records.verdicts["command"].as_str().context("verdicts.json does not say who made it")?;
    Ok(format!("{text}\n*`{command}`, from the runs in `docs/data/pairs.json`.*\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_filled_again_and_again_with_the_same() {
        let show = |what: &str| Ok(what.to_uppercase());
        let once = fill_with("a <!--n x--><!--/n--> b <!--n y z-->old<!--/n-->.", &show).expect("well formed");
        assert_eq!(once, "a <!--n x-->X<!--/n--> b <!--n y z-->Y Z<!--/n-->.");
        assert_eq!(fill_with(&once, &show).expect("well formed"), once);
    }

    #[test]
    fn a_mark_that_is_not_closed_is_an_error_that_names_it() {
        let show = |_: &str| Ok(String::new());
        for broken in ["<!--n x", "<!--n x-->1", "<!--n x-->1 <!--n y-->2<!--/n-->"] {
            assert!(fill_with(broken, &show).is_err(), "{broken}");
        }
    }
}
