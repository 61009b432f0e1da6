//! `cargo xtask run`: the scenario once, free, with real work; what happened, and who worked, waited and talked.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use shared::region::Layout;

use super::Source;
use crate::assess;
use crate::cli::Code;
use crate::drive::free::{self, FreeEnd};
use crate::labs::Lab;
use crate::predict::{self, measure::Seen, measure::Shown};
use crate::report::result::{CheckResult, SCHEMA, Status};
use crate::story::words;
use crate::submit::compile;
use crate::timeline::{Activity, Timeline, html, perfetto, text, timeline};
use crate::timing::gate;

use outcome::Outcome;

mod outcome;

/// Events kept of each worker.
const EVENTS: usize = 100_000;

/// How to run, and where to draw.
pub struct Options {
    /// Workers.
    pub workers: u64,
    /// How many times to run.
    pub repeat: u32,
    /// Seed of everything random.
    pub seed: u64,
    /// The timeline as a page.
    pub html: Option<PathBuf>,
    /// The timeline as a trace file.
    pub perfetto: Option<PathBuf>,
    /// One JSON document on standard output, all else on standard error; nothing is asked.
    pub json: bool,
}

/// Runs a lab free and shows it; with a baseline also the baseline's shortest failure.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, source: &Source, options: &Options) -> Result<Code> {
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let predicted = !options.json && predict::before(lab)?;
    let mut runs = Vec::new();
    for turn in 1..u64::from(options.repeat) {
        // Tracing makes operations longer, and gaps between them too: only the run that is drawn is traced.
        runs.push(one(lab, source, &program.binary, options.seed.wrapping_add(turn), options.workers, 0)?.0);
    }
    let (outcome, free, layout) = one(lab, source, &program.binary, options.seed, options.workers, EVENTS)?;
    runs.push(outcome);
    let drawn = timeline(free.events, &layout);
    let say = |text: &str| if options.json { eprint!("{text}") } else { print!("{text}") };
    say(&outcome::told(lab, &runs));
    if let Some(timeline) = &drawn {
        say(&outcome::round_trips(timeline).unwrap_or_default());
        say(&text::render(timeline, gate::usable_cpus()));
        draw(lab, source, timeline, &layout, options, &say)?;
    }
    if predicted {
        let right = runs.iter().filter(|run| run.right).count() as u32;
        let seen = Seen { runs: runs.len() as u32, right };
        predict::reveal(lab, &Shown { whose: source, binary: &program.binary, seed: options.seed, seen })?;
    }
    let well = runs.iter().all(|r| r.right);
    let worst = match (source.baseline, &free.end) {
        (Some(_), FreeEnd::Done(_)) => shortest_failure(lab, source, &program.binary, options.seed, well, &say)?,
        _ => None,
    };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&document(lab, &free.end, drawn.as_ref(), worst.as_ref()))?);
    }
    Ok(if well { Code::Pass } else { Code::Fail })
}

/// Runs once, free, keeping so many events of each worker.
fn one(
    lab: &Lab,
    source: &Source,
    binary: &Path,
    seed: u64,
    workers: u64,
    events: usize,
) -> Result<(Outcome, free::Free, Layout)> {
    let mut scenario = (lab.free)(seed, workers);
    source.adapt(lab, &mut scenario);
    let layout = (lab.layout)(&scenario.header);
    let free = free::run(binary, &scenario, &layout, events)?;
    Ok((Outcome::of(lab, &scenario, &free.end), free, layout))
}

fn draw(
    lab: &Lab,
    source: &Source,
    timeline: &Timeline,
    layout: &Layout,
    options: &Options,
    say: &dyn Fn(&str),
) -> Result<()> {
    if let Some(file) = &options.html {
        let title = format!("{}: {}", lab.name, lab.title);
        let command = format!("cargo xtask run {}{}", lab.name, source.flags(lab));
        let page = html::Page { title: &title, command: &command, processors: gate::usable_cpus() };
        write(file, |to| to.write_all(html::render(timeline, &page).as_bytes()))?;
        say(&format!("  the timeline: open {} in a browser\n", file.display()));
    }
    if let Some(file) = &options.perfetto {
        write(file, |to| perfetto::write(lab, timeline, layout, to))?;
        say(&format!("  every operation: open {} at https://ui.perfetto.dev\n", file.display()));
    }
    Ok(())
}

fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        content(&mut file)?;
        file.flush()
    };
    write().with_context(|| format!("writing {}", path.display()))
}

fn document(lab: &Lab, end: &FreeEnd, timeline: Option<&Timeline>, worst: Option<&CheckResult>) -> Value {
    let (ended, wall_ns, why) = match end {
        FreeEnd::Done(run) => ("well", run.wall_ns, ""),
        FreeEnd::Failed(why) => ("failed", 0, why.as_str()),
    };
    let worker = |lane: &crate::timeline::Lane| {
        let spent: serde_json::Map<String, Value> =
            Activity::ALL.iter().map(|a| (a.name().to_owned(), lane.spent[*a as usize].into())).collect();
        json!({
            "worker": words::worker(lane.worker), "looks_on": lane.looks_on, "span_ns": lane.span, "spent_ns": spent,
            "operations": lane.events.len(), "not_recorded": lane.lost,
        })
    };
    json!({
        "schema": SCHEMA, "lab": lab.name, "ended": ended, "why": why, "wall_ns": wall_ns,
        "lost_to_coordination_percent": timeline.map(Timeline::lost_percent),
        "workers": timeline.map_or(Vec::new(), |t| t.lanes.iter().map(worker).collect()),
        "shortest_failure": worst,
    })
}

/// The baseline's first failing check under every interleaving.
fn shortest_failure(
    lab: &'static Lab,
    source: &Source,
    binary: &Path,
    seed: u64,
    went_well: bool,
    say: &dyn Fn(&str),
) -> Result<Option<CheckResult>> {
    let name = lab.baselines.iter().find(|(_, o)| Some(*o) == source.baseline).map_or("", |(n, _)| n);
    let how = if went_well { "That went well, as it nearly always does." } else { "Not well." };
    say(&format!("\n{how} Now every interleaving of the baseline `{name}`:\n"));
    for check in lab.checks.iter().filter(|c| c.judge.of_every().is_some()) {
        let result = assess::one(lab, check, binary, seed, &|scenario| source.adapt(lab, scenario))?;
        if result.status != Status::Fail {
            say(&format!("PASS {}  {}\n", result.id, result.message));
            continue;
        }
        say(&format!("FAIL {}  {}\n{}", result.id, result.message, result.evidence["story"].as_str().unwrap_or("")));
        if let Some(because) = result.evidence["because"].as_str().filter(|b| !b.is_empty()) {
            say(&format!("  {because}\n"));
        }
        if let Some(schedule) = &result.schedule {
            say(&format!("  Again: cargo xtask replay {} {schedule} --baseline {name}\n", lab.name));
        }
        return Ok(Some(result));
    }
    Ok(None)
}
