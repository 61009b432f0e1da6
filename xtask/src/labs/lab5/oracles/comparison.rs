//! Lab 5's free run: the right answers, and how the architectures compare.

use std::fmt::Write;

use shared::boards::lab5::{ARCHITECTURES, Size, answer_of, tag};

use crate::labs::{Finding, FreeRun, Scenario};

/// What the run came to, in a few lines.
///
/// # Errors
/// The first wrong answer.
pub fn real_run(scenario: &Scenario, run: &FreeRun) -> Result<String, Finding> {
    let size = Size::of(&scenario.header);
    let (kinds, rounds) = (size.kinds(), size.rounds.max(1));
    for (kind, (tasks, _)) in (0..).zip(kinds) {
        let must = rounds * (0..tasks).map(|n| answer_of(scenario.header.seed, n)).sum::<u64>();
        for (at, name) in (0..).zip(ARCHITECTURES) {
            let answer = sum(run, tag::ANSWER + 10 * kind + at);
            if answer != must {
                let message =
                    format!("`{name}`: {rounds} times the answers of {tasks} tasks come to {answer}, wanted {must}");
                return Err(Finding::new(message));
            }
        }
    }
    Ok(table(kinds, &|kind, at| median(run, tag::TIME + 10 * kind + at)))
}

/// What all workers reported under a tag, together.
fn sum(run: &FreeRun, wanted: u64) -> u64 {
    run.reports.iter().flatten().filter(|(tag, _)| *tag == wanted).map(|(_, value)| *value).sum()
}

/// The median of what was reported under a tag, one report a round.
fn median(run: &FreeRun, wanted: u64) -> f64 {
    let mut all: Vec<u64> =
        run.reports.iter().flatten().filter(|(tag, _)| *tag == wanted).map(|(_, value)| *value).collect();
    all.sort_unstable();
    all.get(all.len() / 2).map_or(0.0, |value| *value as f64)
}

/// One line an architecture: time and speed-up for each kind of tasks.
fn table(kinds: [(u64, u64); 2], time: &dyn Fn(u64, u64) -> f64) -> String {
    let mut text = format!("{:<14}", "right answers");
    for (kind, (tasks, _)) in (0..).zip(kinds) {
        let task_us = time(kind, 0) / tasks as f64 / 1e3;
        let _ = write!(text, "{:>24}", format!("{tasks} tasks of {task_us:.1} us"));
    }
    for (at, name) in (0..).zip(ARCHITECTURES) {
        let _ = write!(text, "\n  {name:<14}");
        for kind in 0..2 {
            let (took, serial) = (time(kind, at), time(kind, 0));
            let _ = write!(text, "{:>24}", format!("{:.1} ms {:>5.2}x", took / 1e6, serial / took.max(1.0)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::lab5::scenarios;

    fn run(wrong: u64) -> Result<String, Finding> {
        let scenario = scenarios::free(7, 2);
        let mut reports = vec![Vec::new(); 3];
        for (kind, (tasks, _)) in (0..).zip(Size::of(&scenario.header).kinds()) {
            let must: u64 = (0..tasks).map(|n| answer_of(7, n)).sum();
            for at in 0..ARCHITECTURES.len() as u64 {
                reports[0].push((tag::ANSWER + 10 * kind + at, 3 * must - 5));
                reports[1].push((tag::ANSWER + 10 * kind + at, 5 + wrong * u64::from(at == 3)));
                // One round in three was disturbed.
                for disturbed in [1, 9, 1] {
                    let took = if at == 0 { 4_000_000 } else { 2_000_000 };
                    reports[0].push((tag::TIME + 10 * kind + at, took * disturbed));
                }
            }
        }
        real_run(&scenario, &FreeRun { reports, wall_ns: 1 })
    }

    #[test]
    fn the_table_has_a_line_for_each_architecture() {
        let text = run(0).expect("the right answers");
        assert_eq!(text.lines().count(), 1 + ARCHITECTURES.len());
        assert!(text.contains("4000 tasks of 1.0 us"), "{text}");
        assert!(text.lines().any(|l| l.contains("quiet") && l.matches("2.0 ms  2.00x").count() == 2), "{text}");
    }

    #[test]
    fn a_wrong_answer_is_named() {
        let finding = run(1).expect_err("a wrong answer");
        assert!(finding.message.starts_with("`shared_lock`"), "{}", finding.message);
    }
}
