//! `cargo xtask run`: the scenario once, free, with real work; what happened, and who worked, waited and talked.

use anyhow::Result;
use shared::baton::Action;
use shared::trace::Event;

use super::Source;
use crate::assess;
use crate::cli::Code;
use crate::drive::free::{self, FreeEnd};
use crate::labs::{Finding, FreeRun, Judge, Lab, Scenario};
use crate::report::result::Status;
use crate::story::words;
use crate::submit::compile;

/// Events kept of each worker.
const EVENTS: usize = 100_000;
/// Characters of a timeline.
const WIDTH: u64 = 60;

/// Runs a lab free and shows it; with a baseline also the baseline's shortest failure.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, source: &Source, workers: u64, seed: u64) -> Result<Code> {
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let mut scenario = (lab.free)(seed, workers);
    source.adapt(lab, &mut scenario);
    let layout = (lab.layout)(&scenario.header);
    let free = free::run(&program.binary, &scenario, &layout, EVENTS)?;
    let (ended, wrong) = match &free.end {
        FreeEnd::Failed(why) => {
            println!("{}: the free run failed: {why}", lab.name);
            (Code::Fail, true)
        }
        FreeEnd::Done(run) => {
            println!(
                "{}: {} processes, {:.1} ms by their own clocks",
                lab.name,
                scenario.workers(),
                run.wall_ns as f64 / 1e6
            );
            let wrong = what_happened(lab, &scenario, run);
            if let Some(finding) = &wrong {
                println!("  what is left: {}", finding.message);
            }
            (Code::Pass, wrong.is_some())
        }
    };
    timeline(&free.events);
    if let Some(offset) = source.baseline {
        let name = lab.baselines.iter().find(|(_, o)| *o == offset).map_or("", |(n, _)| n);
        let went = match wrong {
            true => "That went wrong by itself.",
            false => "That went well, as it nearly always does.",
        };
        println!("\n{went} Now every interleaving of the baseline `{name}`:");
        return shortest_failure(lab, source, &program.binary, seed);
    }
    Ok(ended)
}

/// What the lab's judges of free runs have to say.
fn what_happened(lab: &Lab, scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let judges = lab.checks.iter().filter_map(|check| match check.judge {
        Judge::Free(judge) => Some(judge),
        _ => None,
    });
    judges.into_iter().find_map(|judge| judge(scenario, run))
}

/// What a moment was spent on; of several, the letter that says most.
fn letter(action: u32) -> (char, usize) {
    match Action::from_number(action) {
        Some(Action::Compute) => ('#', 0),
        Some(Action::Lock) => ('L', 1),
        Some(Action::Leave) => ('B', 2),
        _ => ('.', 3),
    }
}

/// One line a worker: its time in equal pieces, each with what it was mostly spent on, and the shares.
fn timeline(workers: &[(Vec<Event>, u64)]) {
    let all = || workers.iter().flat_map(|(events, _)| events);
    let (Some(start), Some(end)) = (all().map(|e| e.start).min(), all().map(|e| e.end).max()) else { return };
    let span = (end - start).max(1);
    println!(
        "  # works   L waits for a lock   B waits at a barrier   . talks (flags, records)   time from left to right"
    );
    for (at, (events, lost)) in workers.iter().enumerate().filter(|(_, (events, _))| !events.is_empty()) {
        let mut spent = [0u64; 4];
        let mut cells = vec![[0u64; 4]; WIDTH as usize];
        for event in events {
            let (_, kind) = letter(event.action);
            let took = event.end - event.start;
            spent[kind] += took;
            let cell = ((event.start - start) * WIDTH / (span + 1)) as usize;
            cells[cell][kind] += took;
        }
        let line: String = cells.iter().map(most).collect();
        let percent = |kind: usize| 100.0 * spent[kind] as f64 / span as f64;
        let mut text = format!("  {:<3} {line}  works {:.0} %", words::worker(at), percent(0));
        text += &format!(", lock {:.1} %, barrier {:.0} %, talk {:.2} %", percent(1), percent(2), percent(3));
        println!("{text}");
        if *lost > 0 {
            println!("      {lost} later operations did not fit into the trace");
        }
    }
}

fn most(cell: &[u64; 4]) -> char {
    match cell.iter().enumerate().max_by_key(|(_, t)| **t) {
        Some((_, 0)) | None => ' ',
        Some((0, _)) => '#',
        Some((1, _)) => 'L',
        Some((2, _)) => 'B',
        Some(_) => '.',
    }
}

fn shortest_failure(lab: &'static Lab, source: &Source, binary: &std::path::Path, seed: u64) -> Result<Code> {
    for check in lab.checks.iter().filter(|c| c.judge.of_every().is_some()) {
        let result = assess::one(lab, check, binary, seed, &|scenario| source.adapt(lab, scenario))?;
        if result.status == Status::Fail {
            println!("FAIL {}  {}", result.id, result.message);
            print!("{}", result.evidence["story"].as_str().unwrap_or(""));
            if let Some(because) = result.evidence["because"].as_str().filter(|b| !b.is_empty()) {
                println!("  {because}");
            }
            if let Some(schedule) = result.schedule {
                let name = lab.baselines.iter().find(|(_, o)| Some(*o) == source.baseline).map_or("", |(n, _)| n);
                println!("  Again: cargo xtask replay {} {schedule} --baseline {name}", lab.name);
            }
            return Ok(Code::Pass);
        }
        println!("PASS {}  {}", result.id, result.message);
    }
    Ok(Code::Pass)
}
