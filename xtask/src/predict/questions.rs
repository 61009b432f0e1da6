//! The questions of a lab: data next to it, in `questions.toml`.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::labs::Lab;
use crate::submit::workspace;

/// One question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its key in `prediction.toml`.
    pub key: String,
    /// The question itself.
    pub ask: String,
    /// What is counted: `%`, `us`.
    #[serde(default)]
    pub unit: String,
    /// The answer is a number, at least this.
    pub least: Option<f64>,
    /// At most this.
    pub most: Option<f64>,
    /// The answer is one of these words.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Why the result is what it is; shown with it.
    pub because: String,
    /// What the guess is compared with.
    pub result: Compare,
}

/// What a guess is compared with.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Compare {
    /// A fact, the same on every machine.
    Fact {
        /// The right answer.
        answer: String,
    },
    /// How often a second something can be done, from the book's price list: recorded here, or on the machine that it names.
    Recorded {
        /// The row of `docs/data/prices.json`.
        row: String,
        /// How many workers.
        workers: u64,
    },
    /// How many times as long one thing took as another in the lab's free run, with the student's own functions: median of
    /// several runs.
    Ratio {
        /// The tag under which the one was reported.
        of: u64,
        /// The tag of the other.
        to: u64,
        /// How many runs.
        runs: u32,
    },
    /// How many of some free runs are of a certain kind.
    Count {
        /// The check whose first scenario is run.
        check: String,
        /// The baseline whose functions run; those of the student files when it is empty.
        #[serde(default)]
        baseline: String,
        /// How many runs.
        runs: u32,
        /// A run counts when reports with this tag …
        tag: u64,
        /// … and this value …
        value: u64,
        /// … come at least so many times.
        at_least: u32,
    },
    /// How many free runs of the functions that were run have nothing that a check of free runs objects to.
    Right {
        /// The check.
        check: String,
        /// How many runs.
        runs: u32,
    },
    /// By how many percent the lab's free run takes longer with one argument than with another: median of pairs.
    Slowdown {
        /// Parameters of the scenario to change first: number and value.
        #[serde(default)]
        parameters: Vec<(usize, u64)>,
        /// The baseline whose functions run.
        baseline: String,
        /// Which argument of the first role, and of all roles with the same function, from 0.
        argument: usize,
        /// Its value in the run that may be slower.
        often: u64,
        /// Its value in the run it is compared with.
        seldom: u64,
        /// How many pairs of runs.
        pairs: u32,
    },
    /// How many free runs of a baseline hang; and how the others end.
    Hangs {
        /// The scenario, by its name in [`Lab::rehearsal`].
        scenario: String,
        /// The baseline whose functions run.
        baseline: String,
        /// The check of free runs that says which ends are right.
        check: String,
        /// How many runs.
        runs: u32,
        /// A run that takes so many milliseconds waits for ever, or the machine is very busy.
        limit_ms: u64,
    },
    /// Whether one way to do the same work is faster than another: medians of rounds in which each is run once, with the
    /// functions of the student files.
    Race {
        /// What `yes` says is faster, then what it is compared with, then what is shown beside them: each in words, and its
        /// scenario by its name in [`Lab::rehearsal`].
        ways: Vec<(String, String)>,
        /// How many rounds.
        rounds: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    question: Vec<Question>,
}

/// The questions of a lab; none when it has no such file.
///
/// # Errors
/// When the file is broken.
pub fn read(lab: &Lab) -> Result<Vec<Question>> {
    let path = workspace::starter(lab).join("questions.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e).with_context(|| format!("reading {}", path.display())),
    };
    let file: File = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
    Ok(file.question)
}

impl Question {
    /// What an answer may be, in words.
    pub fn allowed(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        match (self.least, self.most) {
            _ if !self.choices.is_empty() => self.choices.join(" or "),
            (Some(least), Some(most)) => format!("a number from {least} to {most}{unit}"),
            (Some(least), None) => format!("a number, at least {least}{unit}"),
            (None, Some(most)) => format!("a number, at most {most}{unit}"),
            (None, None) => format!("a number{unit}"),
        }
    }

    /// The answer without what surrounds it, if it is one.
    pub fn accept(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if !self.choices.is_empty() {
            return self.choices.iter().find(|c| c.eq_ignore_ascii_case(text)).cloned();
        }
        let text = text.strip_suffix(&self.unit).unwrap_or(text).trim();
        let number: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
        let fits = self.least.is_none_or(|l| number >= l) && self.most.is_none_or(|m| number <= m);
        fits.then(|| number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::LABS;

    #[test]
    fn what_questions_run_exists() {
        for lab in LABS {
            for question in read(lab).expect("our own file") {
                let baseline = match &question.result {
                    Compare::Ratio { runs, .. } => {
                        assert!(*runs > 0, "{}", question.key);
                        continue;
                    }
                    Compare::Fact { answer } => {
                        assert_eq!(question.accept(answer).as_ref(), Some(answer), "{}", question.key);
                        continue;
                    }
                    Compare::Recorded { row, workers } => {
                        assert!(crate::predict::recorded::rate(row, *workers).is_ok(), "{}", question.key);
                        continue;
                    }
                    Compare::Right { check, .. } => {
                        let check = lab.checks.iter().find(|c| c.id == check).expect("the check exists");
                        assert!(matches!(check.judge, crate::labs::Judge::Free(_)), "{}", question.key);
                        continue;
                    }
                    Compare::Count { check, baseline, .. } => {
                        assert!(lab.checks.iter().any(|c| c.id == check), "{}", question.key);
                        baseline
                    }
                    Compare::Race { ways, .. } => {
                        assert!(ways.len() >= 2 && question.choices == ["yes", "no"], "{}", question.key);
                        assert!(ways.iter().all(|(_, name)| lab.rehearsal(name).is_some()), "{}", question.key);
                        continue;
                    }
                    Compare::Hangs { scenario, baseline, check, .. } => {
                        let check = lab.checks.iter().find(|c| c.id == check).expect("the check exists");
                        assert!(matches!(check.judge, crate::labs::Judge::Free(_)), "{}", question.key);
                        assert!(lab.rehearsal(scenario).is_some() && !baseline.is_empty(), "{}", question.key);
                        baseline
                    }
                    Compare::Slowdown { baseline, argument, parameters, .. } => {
                        let scenario = (lab.free)(7, crate::labs::FREE_WORKERS);
                        assert!(
                            parameters.iter().all(|(at, _)| *at < scenario.header.params.len()),
                            "{}",
                            question.key
                        );
                        assert!(*argument < scenario.header.roles[0].args.len(), "{}", question.key);
                        baseline
                    }
                };
                let own = baseline.is_empty();
                assert!(own || lab.baselines.iter().any(|(name, _)| name == baseline), "{}", question.key);
            }
        }
    }

    #[test]
    fn answers_are_numbers_in_range_or_words_of_the_choice() {
        let text = "[[question]]\nkey = 'x'\nask = '?'\nunit = '%'\nleast = 0\nmost = 50\nbecause = ''\n\
                    result = { kind = 'fact', answer = '2' }\n";
        let file: File = toml::from_str(text).expect("a question");
        let number = &file.question[0];
        assert_eq!(number.accept(" 12 % "), Some("12".into()));
        assert_eq!(["-1", "51", "many", "", "inf"].map(|t| number.accept(t)), [const { None }; 5]);
        let word = Question { choices: vec!["yes".into(), "no".into()], ..number.clone() };
        assert_eq!((word.accept("Yes"), word.accept("12")), (Some("yes".into()), None));
    }
}
