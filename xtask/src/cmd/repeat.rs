//! Several free runs of one program: what came out, and how often.

use shared::baton::{Action, NO_OBJECT, Op};

use crate::drive::free::FreeEnd;
use crate::labs::{FreeRun, Judge, Lab, Scenario};
use crate::story::words;

/// What one free run came to.
pub struct Outcome {
    /// How long it took; `None` when it did not end, or not well.
    pub wall_ns: Option<u64>,
    workers: usize,
    /// Whether the result is the right one.
    right: bool,
    /// What came out.
    words: String,
}

/// Judges a free run as the lab's own check would.
pub fn outcome(lab: &Lab, scenario: &Scenario, end: &FreeEnd) -> Outcome {
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
pub fn counted(lab: &Lab, runs: &[Outcome]) -> String {
    let mut times: Vec<u64> = runs.iter().filter_map(|r| r.wall_ns).collect();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).map_or(String::new(), |ns| format!(", {:.1} ms each", *ns as f64 / 1e6));
    let mut text = format!("{}: {} runs of {} processes{middle}\n", lab.name, runs.len(), runs[0].workers);
    for (count, words) in tally(runs) {
        text += &format!("  {count:>4} times: {words}\n");
    }
    if runs.iter().all(|r| r.right) {
        let all = format!("`cargo xtask check {}` takes them all", lab.name);
        text += &format!("Every run went well. But each took only one of very many orders of steps; {all}.\n");
    }
    text + "The last run:\n"
}

/// How often which result came out, the most frequent first.
pub fn tally(runs: &[Outcome]) -> Vec<(usize, &str)> {
    let mut seen: Vec<(usize, &str)> = Vec::new();
    for run in runs {
        match seen.iter_mut().find(|(_, words)| *words == run.words) {
            Some((count, _)) => *count += 1,
            None => seen.push((1, &run.words)),
        }
    }
    seen.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    seen
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
