//! The name of a schedule: short enough to type, complete enough to replay anywhere.
//!
//! `one-winner:1122` means: in scenario `one-winner` worker 1 goes, goes again, then worker 2 twice; from then on whoever
//! went last goes on as long as it can, then the lowest number that can. `k2` kills worker 2. Long schedules count:
//! `stops:1x12.2x3.k1`. A seed other than the usual one follows the scenario: `one-winner@42:12`.

use crate::drive::step::Choice;

/// The seed of a check when none is given.
pub const USUAL_SEED: u64 = 7;

/// A schedule with the scenario and seed it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The choices; what follows them needs none.
    pub choices: Vec<Choice>,
}

/// The name of a schedule.
pub fn name(schedule: &Schedule) -> String {
    let seed = if schedule.seed == USUAL_SEED { String::new() } else { format!("@{}", schedule.seed) };
    let plain: String = schedule.choices.iter().map(|c| letter(*c)).collect();
    let choices = if plain.len() <= 16 { plain } else { counted(&schedule.choices) };
    format!("{}{seed}:{choices}", schedule.scenario)
}

fn letter(choice: Choice) -> String {
    match choice {
        Choice::Run(worker) => format!("{}", worker + 1),
        Choice::Kill(worker) => format!("k{}", worker + 1),
    }
}

fn counted(choices: &[Choice]) -> String {
    let runs = choices.chunk_by(|a, b| a == b);
    let parts: Vec<String> = runs
        .map(|run| if run.len() == 1 { letter(run[0]) } else { format!("{}x{}", letter(run[0]), run.len()) })
        .collect();
    parts.join(".")
}

/// Reads a schedule's name. Without a scenario it belongs to `default`.
///
/// # Errors
/// A sentence that names the place and the way out.
pub fn parse(text: &str, default: &str) -> Result<Schedule, String> {
    let (head, body) = text.split_once(':').unwrap_or((default, text));
    let (scenario, seed) = match head.split_once('@') {
        Some((scenario, seed)) => (
            scenario,
            seed.parse().map_err(|_| format!("`{seed}` is no seed in schedule `{text}`; a seed is a number"))?,
        ),
        None => (head, USUAL_SEED),
    };
    let mut choices = Vec::new();
    for part in body.split('.').filter(|p| !p.is_empty()) {
        match part.split_once('x') {
            Some((who, count)) => {
                let count: usize = count.parse().ok().filter(|c| *c <= 20_000).ok_or_else(|| bad(text, part))?;
                let one = letters(who, text)?;
                choices.extend(std::iter::repeat_n(one, count).flatten());
            }
            None => choices.extend(letters(part, text)?),
        }
        if choices.len() > 100_000 {
            return Err(format!("schedule `{}…` is longer than any execution", &text[..20.min(text.len())]));
        }
    }
    Ok(Schedule { scenario: scenario.to_owned(), seed, choices })
}

fn letters(part: &str, text: &str) -> Result<Vec<Choice>, String> {
    let mut choices = Vec::new();
    let mut kill = false;
    for c in part.chars() {
        match c.to_digit(10) {
            Some(digit @ 1..) => {
                let worker = digit as usize - 1;
                choices.push(if std::mem::take(&mut kill) { Choice::Kill(worker) } else { Choice::Run(worker) });
            }
            _ if c == 'k' && !kill => kill = true,
            _ => return Err(bad(text, part)),
        }
    }
    if kill { Err(bad(text, part)) } else { Ok(choices) }
}

fn bad(text: &str, part: &str) -> String {
    format!("`{part}` in schedule `{text}` is no choice: write worker numbers (`1122`), counts (`1x5.2`), kills (`k1`)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(choices: Vec<Choice>) -> Schedule {
        Schedule { scenario: "stops".into(), seed: USUAL_SEED, choices }
    }

    #[test]
    fn names_are_read_back() {
        let short = schedule(vec![Choice::Run(0), Choice::Run(1), Choice::Kill(0), Choice::Run(1)]);
        assert_eq!(name(&short), "stops:12k12");
        let long = schedule([vec![Choice::Run(0); 30], vec![Choice::Kill(1)], vec![Choice::Run(2); 2]].concat());
        assert_eq!(name(&long), "stops:1x30.k2.3x2");
        let seeded = Schedule { seed: 42, ..short.clone() };
        for s in [short, long, seeded] {
            assert_eq!(parse(&name(&s), "other"), Ok(s));
        }
    }

    #[test]
    fn bad_names_say_what_is_bad() {
        for text in ["stops:1a", "stops:k", "stops:1x", "stops:0", "stops@x:1", "1x999999999"] {
            assert!(parse(text, "stops").is_err(), "{text}");
        }
    }
}
