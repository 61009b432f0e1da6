//! Lab 5's free run: the right answers, and how the architectures compare.

use std::fmt::Write;

use shared::boards::lab5::{ARCHITECTURES, Size, answer_of, tag};

use crate::labs::{Finding, FreeRun, Scenario};

/// What the run came to, in a few lines.
///
/// # Errors
/// The first wrong answer.
pub fn real_run(scenario: &Scenario, run: &FreeRun) -> Result<String, Finding> {
    let kinds = Size::of(&scenario.header).kinds();
    for (kind, (tasks, _)) in (0..).zip(kinds) {
        let must: u64 = (0..tasks).map(|n| answer_of(scenario.header.seed, n)).sum();
        for (at, name) in (0..).zip(ARCHITECTURES) {
            let answer = sum(run, tag::ANSWER + 10 * kind + at);
            if answer != must {
                return Err(Finding::new(format!(
                    "`{name}`: the answers of {tasks} tasks add up to {answer}, wanted {must}"
                )));
            }
        }
    }
    Ok(table(kinds, &|kind, at| sum(run, tag::TIME + 10 * kind + at) as f64))
}

/// What all workers reported under a tag, together.
fn sum(run: &FreeRun, wanted: u64) -> u64 {
    run.reports.iter().flatten().filter(|(tag, _)| *tag == wanted).map(|(_, value)| *value).sum()
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
                reports[0].push((tag::ANSWER + 10 * kind + at, must - 5));
                reports[1].push((tag::ANSWER + 10 * kind + at, 5 + wrong * u64::from(at == 3)));
                reports[0].push((tag::TIME + 10 * kind + at, if at == 0 { 8_000_000 } else { 4_000_000 }));
            }
        }
        real_run(&scenario, &FreeRun { reports, wall_ns: 1 })
    }

    #[test]
    fn the_table_has_a_line_for_each_architecture() {
        let text = run(0).expect("the right answers");
        assert_eq!(text.lines().count(), 1 + ARCHITECTURES.len());
        assert!(text.contains("8000 tasks of 1.0 us"), "{text}");
        assert!(text.lines().any(|l| l.contains("quiet") && l.matches("4.0 ms  2.00x").count() == 2), "{text}");
    }

    #[test]
    fn a_wrong_answer_is_named() {
        let finding = run(1).expect_err("a wrong answer");
        assert!(finding.message.starts_with("`shared_lock`"), "{}", finding.message);
    }
}
