//! `cargo xtask run`: the scenario free, with real work; what happened, and who worked, waited and talked.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT, Op};
use shared::trace::Event;

use super::Source;
use crate::assess;
use crate::cli::Code;
use crate::drive::free::{self, FreeEnd};
use crate::labs::{FreeRun, Judge, Lab, Scenario};
use crate::report::result::Status;
use crate::story::words;
use crate::submit::compile;

/// Events kept of each worker.
const EVENTS: usize = 100_000;
/// Characters of a timeline.
const WIDTH: u64 = 60;

/// Runs a lab free and shows it; with a baseline also the baseline's shortest failure. Run several times, it says how often
/// which result came out, and shows the last run.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, source: &Source, workers: u64, repeat: u32, seed: u64) -> Result<Code> {
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let mut runs = Vec::new();
    let mut events = Vec::new();
    for turn in 0..u64::from(repeat) {
        let mut scenario = (lab.free)(seed.wrapping_add(turn), workers);
        source.adapt(lab, &mut scenario);
        // Tracing makes operations longer, and gaps between them too: only the run that is drawn is traced.
        let kept = if turn + 1 == u64::from(repeat) { EVENTS } else { 0 };
        let free = free::run(&program.binary, &scenario, &(lab.layout)(&scenario.header), kept)?;
        runs.push(outcome(lab, &scenario, &free.end));
        events = free.events;
    }
    match &runs[..] {
        [Outcome { wall_ns: None, words, .. }] => println!("{}: the free run failed: {words}", lab.name),
        [Outcome { wall_ns: Some(ns), workers, .. }] => {
            println!("{}: {workers} processes, {:.1} ms by their own clocks", lab.name, *ns as f64 / 1e6);
        }
        _ => print!("{}", counted(lab, &runs)),
    }
    timeline(&events);
    if let Some(offset) = source.baseline {
        let name = lab.baselines.iter().find(|(_, o)| *o == offset).map_or("", |(n, _)| n);
        println!("\nThat went well, as it nearly always does. Now every interleaving of the baseline `{name}`:");
        return shortest_failure(lab, source, &program.binary, seed);
    }
    Ok(if runs.iter().all(|r| r.wall_ns.is_some()) { Code::Pass } else { Code::Fail })
}

/// What one free run came to.
struct Outcome {
    /// How long it took; `None` when it did not end, or not well.
    wall_ns: Option<u64>,
    workers: usize,
    /// Whether the result is the right one.
    right: bool,
    /// What came out.
    words: String,
}

/// Judges a free run as the lab's own check would.
fn outcome(lab: &Lab, scenario: &Scenario, end: &FreeEnd) -> Outcome {
    let workers = scenario.workers();
    let run = match end {
        FreeEnd::Failed(why) => return Outcome { wall_ns: None, workers, right: false, words: why.clone() },
        FreeEnd::Done(run) => run,
    };
    let judge = lab.checks.iter().find_map(|c| if let Judge::Free(judge) = c.judge { Some(judge) } else { None });
    let finding = judge.and_then(|judge| judge(scenario, run));
    let words = match &finding {
        Some(finding) => finding.message.clone(),
        None => only_report(lab, workers, run).unwrap_or_else(|| "the right result".into()),
    };
    Outcome { wall_ns: Some(run.wall_ns), workers, right: finding.is_none(), words }
}

/// The lab's words for the one thing that was reported, if it was one.
fn only_report(lab: &Lab, workers: usize, run: &FreeRun) -> Option<String> {
    let mut all = (0..workers).flat_map(|w| run.reports[w].iter().map(move |report| (w, *report)));
    let (Some((worker, (tag, value))), None) = (all.next(), all.next()) else { return None };
    let op = Op { action: Action::Report, object: NO_OBJECT, a: tag, b: value };
    (lab.say)(&op, 0).map(|said| format!("{} {said}", words::worker(worker)))
}

/// How often which result came out of several runs, the most frequent first.
fn counted(lab: &Lab, runs: &[Outcome]) -> String {
    let mut times: Vec<u64> = runs.iter().filter_map(|r| r.wall_ns).collect();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).map_or(String::new(), |ns| format!(", {:.1} ms each", *ns as f64 / 1e6));
    let mut text = format!("{}: {} runs of {} processes{middle}\n", lab.name, runs.len(), runs[0].workers);
    let mut seen: Vec<(usize, &str)> = Vec::new();
    for run in runs {
        match seen.iter_mut().find(|(_, words)| *words == run.words) {
            Some((count, _)) => *count += 1,
            None => seen.push((1, &run.words)),
        }
    }
    seen.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    for (count, words) in seen {
        text += &format!("  {count:>4} times: {words}\n");
    }
    if runs.iter().all(|r| r.right) {
        let all = format!("`cargo xtask check {}` takes them all", lab.name);
        text += &format!("Every run went well. But each took only one of very many orders of steps; {all}.\n");
    }
    text + "The last run:\n"
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
            let (from, to) = (event.start - start, event.end - start);
            for cell in from * WIDTH / (span + 1)..=to * WIDTH / (span + 1) {
                let (begins, ends) = (cell * (span + 1) / WIDTH, (cell + 1) * (span + 1) / WIDTH);
                cells[cell as usize][kind] += to.min(ends).saturating_sub(from.max(begins));
            }
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
    for check in lab.checks.iter().filter(|c| matches!(c.judge, Judge::Every(_))) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs;

    fn total(total: u64) -> Outcome {
        let lab = labs::find("lab0").expect("a lab");
        let scenario = (lab.free)(7, 4);
        let reports = vec![vec![], vec![], vec![], vec![], vec![(shared::boards::lab0::tag::TOTAL, total)]];
        outcome(lab, &scenario, &FreeEnd::Done(FreeRun { reports, wall_ns: 2_500_000 }))
    }

    #[test]
    fn results_are_counted_and_the_most_frequent_comes_first() {
        let lab = labs::find("lab0").expect("a lab");
        let text = counted(lab, &[total(1900), total(2000), total(2000)]);
        assert!(
            text.starts_with("lab0: 3 runs of 5 processes, 2.5 ms each\n     2 times: w5 finds total = 2000\n"),
            "{text}"
        );
        assert!(text.contains("1 times: the workers found 2000, but the total is 1900"), "{text}");
        assert!(!text.contains("went well"), "{text}");
        assert!(counted(lab, &[total(2000), total(2000)]).contains("Every run went well"));
    }

    #[test]
    fn a_run_that_failed_is_no_run_that_went_well() {
        let lab = labs::find("lab0").expect("a lab");
        let failed = outcome(lab, &(lab.free)(7, 4), &FreeEnd::Failed("w1 panicked".into()));
        assert!(failed.wall_ns.is_none() && !failed.right);
        let text = counted(lab, &[failed, total(2000)]);
        assert!(text.contains("1 times: w1 panicked") && !text.contains("went well"), "{text}");
    }
}
