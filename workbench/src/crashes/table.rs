//! The crash table for terminals and the book.

use super::{CASES, Outcome};

/// A line a case: what happens here and, where it was asked, in Python.
pub fn render(ours: &[(&'static str, Outcome)], python: &[(&'static str, Outcome)]) -> String {
    let mut text = String::from("| killed | here | Python's multiprocessing |\n|---|---|---|\n");
    let find = |outcomes: &[(&'static str, Outcome)], id| {
        outcomes.iter().find(|(name, _)| *name == id).map_or("not checked".to_owned(), |(_, outcome)| words(outcome))
    };
    for case in CASES {
        text += &format!("| {} | {} | {} |\n", case.killed, find(ours, case.id), find(python, case.id));
    }
    let good = ours.iter().filter(|(_, outcome)| outcome.is_good()).count();
    text + &format!("\nTold or recovered in time, nothing lost: {good} of the {} cases checked here.\n", ours.len())
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Told { ms, how } if outcome.is_good() => format!("{how}, {ms:.1} ms"),
        Outcome::Told { ms, how } => format!("TOO LATE: {how}, {ms:.0} ms"),
        Outcome::Hangs => "**hangs**".to_owned(),
        Outcome::Lost { how } => format!("**LOSES** what it should have: {how}"),
        Outcome::Broken { why } => format!("could not be played: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_line_and_only_good_ones_count() {
        let told = |ms| Outcome::Told { ms, how: "is told".to_owned() };
        let ours = [("lock-holder", told(0.5)), ("pool-worker", told(300.0)), ("idle-consumer", Outcome::Hangs)];
        let text = render(&ours, &[("lock-holder", Outcome::Hangs)]);
        assert!(text.contains("| the holder of a lock | is told, 0.5 ms | **hangs** |"), "{text}");
        assert!(text.contains("| a pool's worker in a task | TOO LATE: is told, 300 ms | not checked |"), "{text}");
        assert!(text.contains("| the manager | not checked | not checked |"), "{text}");
        assert!(text.contains("1 of the 3 cases checked here"), "{text}");
    }
}
