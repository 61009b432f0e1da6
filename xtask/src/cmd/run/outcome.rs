//! What free runs came to: one in a line, several counted.

use shared::baton::{Action, NO_OBJECT, Op};

use crate::drive::free::FreeEnd;
use crate::labs::{FreeRun, Judge, Lab, Scenario};
use crate::story::words;
use crate::timeline::Timeline;

/// What one free run came to.
pub struct Outcome {
    /// How long it took; `None` when it did not end, or not well.
    pub wall_ns: Option<u64>,
    /// How many processes took part.
    pub workers: usize,
    /// Whether the result is the right one.
    pub right: bool,
    /// What came out.
    pub words: String,
}

impl Outcome {
    /// Judges a free run as the lab's own check would.
    pub fn of(lab: &Lab, scenario: &Scenario, end: &FreeEnd) -> Outcome {
        let workers = scenario.workers();
        let run = match end {
            FreeEnd::Failed(why) => return Outcome { wall_ns: None, workers, right: false, words: why.clone() },
            FreeEnd::Done(run) => run,
        };
        let judged = lab.checks.iter().find_map(|check| match check.judge {
            Judge::Free(judge) => Some(judge(scenario, run).map_or(Ok(None), Err)),
            Judge::Told(judge) => Some(judge(scenario, run).map(Some)),
            _ => None,
        });
        let (right, words) = match judged.unwrap_or(Ok(None)) {
            Err(finding) => (false, finding.message),
            Ok(Some(words)) => (true, words),
            Ok(None) => (true, only_report(lab, workers, run).unwrap_or_else(|| "the right result".into())),
        };
        Outcome { wall_ns: Some(run.wall_ns), workers, right, words }
    }
}

/// The lab's words for the one thing that was reported, if it was one.
fn only_report(lab: &Lab, workers: usize, run: &FreeRun) -> Option<String> {
    let mut all = (0..workers).flat_map(|w| run.reports[w].iter().map(move |report| (w, *report)));
    let (Some((worker, (tag, value))), None) = (all.next(), all.next()) else { return None };
    let op = Op { action: Action::Report, object: NO_OBJECT, a: tag, b: value };
    (lab.say)(&op, 0).map(|said| format!("{} {said}", words::worker(worker)))
}

/// What these runs came to, in words.
pub fn told(lab: &Lab, runs: &[Outcome]) -> String {
    match runs {
        [Outcome { wall_ns: None, words, .. }] => format!("{}: the free run failed: {words}\n", lab.name),
        [Outcome { wall_ns: Some(ns), workers, words, .. }] => {
            format!("{}: {workers} processes, {:.1} ms by their own clocks\n  {words}\n", lab.name, *ns as f64 / 1e6)
        }
        _ => counted(lab, runs),
    }
}

/// How many answers were waited for and what one took, where connections are used: the clients' own view.
pub fn round_trips(timeline: &Timeline) -> Option<String> {
    let events = || timeline.lanes.iter().flat_map(|lane| &lane.events);
    let waits: Vec<u64> =
        events().filter(|e| e.action == Action::Receive as u32).map(|e| e.end.saturating_sub(e.start)).collect();
    let (start, end) = (events().map(|e| e.start).min()?, events().map(|e| e.end).max()?);
    let (count, waited) = (waits.len() as f64, waits.iter().sum::<u64>() as f64);
    let rate = count / ((end - start).max(1) as f64 / 1e9);
    (!waits.is_empty()).then(|| {
        format!("  {count} answers: {:.0} us of waiting for one, {rate:.0} a second for all\n", waited / count / 1e3)
    })
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
