//! The commands that a text shows its readers: `cargo xtask …` in a line of a fenced block, or in code within a sentence.
//!
//! [`shown`] collects them; [`misleading`] says which of them the runner would not take.

use std::path::Path;

use anyhow::{Context, Result};

use crate::cli;

/// Where the texts with commands for readers are, below the root of the checkout.
const TEXTS: &[&str] = &["README.md", "CONTRIBUTING.md", "docs/src", "docs/data/README.md", "labs"];
const PREFIX: &str = "cargo xtask";

/// A command in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its line in the text, from 1.
    pub line: usize,
    /// Its words after `cargo xtask`.
    pub words: Vec<String>,
}

/// The commands of a Markdown text, in its order. `# …` and `| …` end one, as they do in a shell.
pub fn shown(text: &str) -> Vec<Shown> {
    let mut fenced = false;
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            // A story ends with the command that tells it again.
            let line = line.trim_start();
            all.extend(command(line.strip_prefix("Again: ").unwrap_or(line), at));
        } else {
            all.extend(line.split('`').skip(1).step_by(2).filter_map(|code| command(code, at)));
        }
    }
    all
}

fn command(text: &str, at: usize) -> Option<Shown> {
    let rest = text.strip_prefix(PREFIX)?;
    let words: Vec<String> =
        rest.split_whitespace().take_while(|word| !["#", "|", "…"].contains(word)).map(str::to_owned).collect();
    (!words.is_empty()).then_some(Shown { line: at + 1, words })
}

/// What a reader would type: places that the text leaves open are filled in.
fn typed(words: &[String], root: &Path) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in words {
        let after = all.last().map(String::as_str);
        all.push(match word.as_str() {
            "labN" | "LAB" => "lab3".into(),
            "CHECK" => "build".into(),
            "NAME" => "crossover".into(),
            path if after == Some("--path") => root.join(path).display().to_string(),
            other => other.to_owned(),
        });
    }
    all
}

/// The commands that nobody could type with success: `file:line: command: why`.
///
/// # Errors
/// When a text cannot be read.
pub fn misleading(root: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for file in TEXTS.iter().map(|text| texts(&root.join(text))).collect::<Result<Vec<_>>>()?.concat() {
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        for Shown { line, words } in shown(&text) {
            if let Err(why) = cli::understands(&typed(&words, root)) {
                let name = file.strip_prefix(root).unwrap_or(&file).display();
                wrong.push(format!("{name}:{line}: `{PREFIX} {}`: {why:#}", words.join(" ")));
            }
        }
    }
    Ok(wrong)
}

/// The file itself, or the Markdown below a folder.
fn texts(path: &Path) -> Result<Vec<std::path::PathBuf>> {
    if !path.is_dir() {
        // A handout lacks some.
        return Ok(if path.is_file() { vec![path.to_owned()] } else { Vec::new() });
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
    let mut all = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|e| e == "md") {
            all.extend(texts(&path)?);
        }
    }
    all.sort();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_blocks_and_sentences() {
        let text = "Type `cargo xtask check lab3` or\n```sh\ncargo xtask run lab1 --baseline is-empty   # why\n```\n`cargo xtask`";
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let expected = [
            Shown { line: 1, words: words(&["check", "lab3"]) },
            Shown { line: 3, words: words(&["run", "lab1", "--baseline", "is-empty"]) },
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn commands_that_would_fail_are_noticed() {
        for wrong in [
            "chek lab3",
            "check lab9",
            "check lab3 --fast",
            "run lab3 --baseline none",
            "run lab3 --path nowhere",
            "replay lab3 nothing:12",
            "replay lab3 one-winner:9",
            "hint lab3 no-such",
            "experiment nothing",
            #[cfg(target_os = "linux")]
            "grade lab9 class --out grades",
            "selftest attack",
            "watch lab3 lab4",
        ] {
            let words: Vec<String> = wrong.split(' ').map(str::to_owned).collect();
            assert!(cli::understands(&words).is_err(), "`{wrong}` passes");
        }
    }
}
