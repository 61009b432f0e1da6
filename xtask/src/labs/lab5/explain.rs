//! Lab 5's answer sheet: which term of the law decides, and what a change does to the time.
//!
//! The answers are worked out from the law, `max((work + n c) / p, n c)`, which the lab's README states.

use crate::labs::{Finding, sheet};

/// The file.
pub const NAME: &str = "explain.toml";

/// `p` workers, a task of `task` microseconds, a message of `message` microseconds for every `batch` tasks.
#[derive(Clone, Copy)]
struct Regime {
    p: f64,
    task: f64,
    message: f64,
    batch: f64,
}

const LONG: Regime = Regime { p: 8.0, task: 1000.0, message: 1.0, batch: 1.0 };
const SHORT: Regime = Regime { p: 8.0, task: 1.0, message: 1.0, batch: 1.0 };
const BATCHED: Regime = Regime { batch: 64.0, ..SHORT };
const ALONE: Regime = Regime { p: 1.0, task: 1.0, message: 4.0, batch: 1.0 };

impl Regime {
    /// Microseconds a task of work that the workers share.
    fn work(&self) -> f64 {
        self.task / self.p
    }

    /// Microseconds a task of messages, if the workers could share them.
    fn messages(&self) -> f64 {
        self.message / self.batch / self.p
    }

    /// Microseconds a task of messages, one after the other.
    fn serial(&self) -> f64 {
        self.message / self.batch
    }

    fn time(&self) -> f64 {
        (self.work() + self.messages()).max(self.serial())
    }

    /// The largest part of the time; one worker waits for nobody, so for it nothing is serial.
    fn term(&self) -> &'static str {
        match () {
            () if self.serial() > self.work() + self.messages() => "serial",
            () if self.messages() > self.work() => "messages",
            () => "work",
        }
    }
}

/// What is asked about a regime.
enum Asked {
    Term(Regime),
    Change(Regime, Regime),
}

/// A time within this part of another is the same.
const SAME: f64 = 0.05;

const TERMS: [&str; 3] = ["work", "messages", "serial"];
const CHANGES: [&str; 3] = ["less", "same", "more"];

impl Asked {
    fn words(&self) -> [&'static str; 3] {
        match self {
            Asked::Term(_) => TERMS,
            Asked::Change(..) => CHANGES,
        }
    }

    fn right(&self) -> &'static str {
        match self {
            Asked::Term(regime) => regime.term(),
            Asked::Change(from, to) => match to.time() / from.time() {
                less if less < 1.0 - SAME => "less",
                more if more > 1.0 + SAME => "more",
                _ => "same",
            },
        }
    }

    /// The numbers that lead to the answer, and not the answer.
    fn why(&self) -> String {
        let numbers = |r: &Regime| {
            let (work, messages, serial) = (r.work(), r.messages(), r.serial());
            format!("(work {work:.3} + messages {messages:.3}) shared, {serial:.3} serial")
        };
        match self {
            Asked::Term(regime) => format!("us a task: {}", numbers(regime)),
            Asked::Change(from, to) => format!("us a task before: {}; after: {}", numbers(from), numbers(to)),
        }
    }
}

const QUESTIONS: [(&str, Asked); 10] = [
    ("long_term", Asked::Term(LONG)),
    ("long_workers_doubled", Asked::Change(LONG, Regime { p: 16.0, ..LONG })),
    ("long_message_doubled", Asked::Change(LONG, Regime { message: 2.0, ..LONG })),
    ("short_term", Asked::Term(SHORT)),
    ("short_workers_doubled", Asked::Change(SHORT, Regime { p: 16.0, ..SHORT })),
    ("short_message_doubled", Asked::Change(SHORT, Regime { message: 2.0, ..SHORT })),
    ("short_batched", Asked::Change(SHORT, BATCHED)),
    ("batched_term", Asked::Term(BATCHED)),
    ("alone_term", Asked::Term(ALONE)),
    ("alone_plain_loop", Asked::Change(ALONE, Regime { message: 0.0, ..ALONE })),
];

/// Judges the sheet.
pub fn judge(text: &str) -> Option<Finding> {
    let keys = QUESTIONS.each_ref().map(|(key, _)| *key);
    let answers = match sheet::read(NAME, text, &keys) {
        Err(sentence) => return Some(Finding::new(sentence)),
        Ok(answers) => answers,
    };
    if let Some(left_out) = sheet::left_out(NAME, &keys, &answers) {
        return Some(left_out);
    }
    QUESTIONS.iter().zip(answers.into_iter().flatten()).find_map(|((key, asked), said)| {
        let place = format!("{NAME}:{}", sheet::line_of(text, key));
        if !asked.words().contains(&said.as_str()) {
            let known = sheet::list(asked.words().into_iter());
            return Some(Finding::new(format!("{place}: `{key}` is `{said}`, wanted one of {known}")));
        }
        (said != asked.right())
            .then(|| Finding::new(format!("{place}: `{key}` is not `{said}`. By the law, {}", asked.why())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: &[(&str, &str)]) -> String {
        let answer = |(key, asked): &(&str, Asked)| {
            let said = change.iter().find(|(k, _)| k == key).map_or(asked.right(), |(_, said)| said);
            format!("{key} = \"{said}\"\n")
        };
        let text: String = QUESTIONS.iter().map(answer).collect();
        judge(&text).map_or("pass".into(), |finding| finding.message)
    }

    #[test]
    fn no_question_is_near_a_boundary() {
        for (key, asked) in &QUESTIONS {
            match asked {
                Asked::Term(r) => {
                    let mut terms = [r.work() + r.messages(), r.serial()];
                    terms.sort_by(f64::total_cmp);
                    // For one worker the two are the same kind of time: the work tells them apart.
                    assert!(r.p == 1.0 || terms[1] / terms[0] > 3.0, "{key}");
                    let (messages, work) = (r.messages(), r.work());
                    let apart = (messages / work).max(work / messages);
                    assert!(r.term() == "serial" || apart > 3.0, "{key}: {apart}");
                }
                Asked::Change(from, to) => {
                    let ratio = to.time() / from.time();
                    assert!((ratio - 1.0).abs() < SAME / 10.0 || !(0.6..1.6).contains(&ratio), "{key}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn every_word_is_right_somewhere() {
        assert_eq!(with(&[]), "pass");
        for word in TERMS.into_iter().chain(CHANGES) {
            assert!(QUESTIONS.iter().any(|(_, asked)| asked.right() == word), "{word} is never right");
        }
    }

    #[test]
    fn a_wrong_answer_is_told_the_numbers() {
        let message = with(&[("short_workers_doubled", "less")]);
        assert!(message.starts_with("explain.toml:5: `short_workers_doubled` is not `less`."), "{message}");
        assert!(message.contains("1.000 serial"), "{message}");
        assert!(with(&[("long_term", "less")]).contains("wanted one of `work`, `messages`, `serial`"));
        assert!(with(&[("long_term", "")]).contains("no answer to `long_term`"));
        assert!(judge("").is_some_and(|finding| finding.not_started));
    }
}
