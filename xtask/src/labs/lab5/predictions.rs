//! Lab 5's guesses: they must be there. Whether they are right is not graded.

use crate::labs::{Finding, sheet};

/// The file.
pub const NAME: &str = "prediction.toml";

/// What is asked.
const KEYS: [&str; 6] = ["pure_1us", "queue_1us", "lock_1us", "pure_1ms", "queue_1ms", "lock_1ms"];

/// Judges the guesses: a speed-up is a number, at least 0.
pub fn judge(text: &str) -> Option<Finding> {
    let answers = match sheet::read(NAME, text, &KEYS) {
        Err(sentence) => return Some(Finding::new(sentence)),
        Ok(answers) => answers,
    };
    if let Some(left_out) = sheet::left_out(NAME, &KEYS, &answers) {
        return Some(left_out);
    }
    let is_guess = |text: &str| text.parse().is_ok_and(|guess: f64| guess.is_finite() && guess >= 0.0);
    let unfit = KEYS.iter().zip(answers.into_iter().flatten()).find(|(_, said)| !is_guess(said));
    unfit.map(|(key, said)| {
        let line = sheet::line_of(text, key);
        Finding::new(format!("{NAME}:{line}: `{key}` is `{said}`, wanted a number, at least 0"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(first: &str) -> String {
        let text: String = KEYS.iter().map(|key| format!("{key} = \"2\"\n")).collect();
        judge(&text.replacen("\"2\"", first, 1)).map_or("pass".into(), |finding| finding.message)
    }

    #[test]
    fn any_number_will_do_and_a_blank_will_not() {
        assert_eq!(["\"2\"", "3", "0.5", "\"0\""].map(message), [const { "pass" }; 4]);
        assert!(message("\"\"").contains("no answer to `pure_1us`"));
        assert!(message("\"fast\"").starts_with("prediction.toml:1: `pure_1us` is `fast`"));
        assert!(message("-1").contains("at least 0") && message("\"nan\"").contains("at least 0"));
        assert!(judge("").is_some_and(|finding| finding.not_started));
    }
}
