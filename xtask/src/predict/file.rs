//! `prediction.toml`: the student's guesses, one `key = "answer"` a line. Written line by line, so that comments stay.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::questions::Question;
use crate::labs::Lab;
use crate::submit::workspace;

/// Where a lab's guesses stand.
pub fn path(lab: &Lab) -> PathBuf {
    workspace::starter(lab).join("prediction.toml")
}

/// What the file says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Blank,
    /// An answer.
    Given(String),
    /// Something that is no answer, as it stands there.
    Unfit(String),
}

/// The answers to the questions, in their order.
///
/// # Errors
/// A sentence, when the file is no TOML.
pub fn answers(text: &str, questions: &[Question]) -> Result<Vec<Answer>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
    let answer = |question: &Question| {
        let said = match table.get(&question.key) {
            None => return Answer::Blank,
            Some(toml::Value::String(text)) => text.trim().to_owned(),
            Some(toml::Value::Integer(number)) => number.to_string(),
            Some(toml::Value::Float(number)) => number.to_string(),
            Some(other) => return Answer::Unfit(other.type_str().to_owned()),
        };
        match question.accept(&said) {
            Some(answer) => Answer::Given(answer),
            None if said.is_empty() => Answer::Blank,
            None => Answer::Unfit(said),
        }
    };
    Ok(questions.iter().map(answer).collect())
}

/// The text with another answer to one question; everything else stays.
pub fn with_answer(text: &str, key: &str, answer: &str) -> String {
    let line = format!("{key} = {}", serde_json::Value::from(answer));
    let is_key = |l: &str| l.split_once('=').is_some_and(|(k, _)| k.trim() == key);
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|l| is_key(l)) {
        Some(at) => lines[at] = &line,
        None => lines.push(&line),
    }
    lines.join("\n") + "\n"
}

/// Writes the file; a reader sees the old one or the new one.
///
/// # Errors
/// When it cannot be written.
pub fn write(lab: &Lab, text: &str) -> Result<()> {
    let path = path(lab);
    let fresh = path.with_extension(format!("toml.{}", std::process::id()));
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::rename(&fresh, &path))
        .with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(key: &str) -> Question {
        let result = super::super::questions::Compare::Fact { answer: "2".into() };
        let (ask, unit, because) = (String::new(), String::new(), String::new());
        Question { key: key.into(), ask, unit, least: Some(0.0), most: Some(9.0), choices: vec![], because, result }
    }

    #[test]
    fn answers_stand_with_quotes_or_without() {
        let questions = ["a", "b", "c", "d", "e"].map(question);
        let text = "a = \"3\"\nb = 4\nc = \"\"\nd = \"many\"\n";
        let expected = [
            Answer::Given("3".into()),
            Answer::Given("4".into()),
            Answer::Blank,
            Answer::Unfit("many".into()),
            Answer::Blank,
        ];
        assert_eq!(answers(text, &questions), Ok(expected.to_vec()));
        assert!(answers("a = ", &questions).is_err_and(|e| e.contains("line 1")));
    }

    #[test]
    fn an_answer_takes_its_line_and_nothing_else() {
        let text = "# head\n\n# first?\na = \"\"\nab = \"\"\n";
        assert_eq!(with_answer(text, "a", "3"), "# head\n\n# first?\na = \"3\"\nab = \"\"\n");
        assert_eq!(with_answer("b = 1", "a", "x\"y"), "b = 1\na = \"x\\\"y\"\n");
    }
}
