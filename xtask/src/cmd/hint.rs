//! `cargo xtask hint`: a ladder of five rungs for every check, one rung at a time.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cli::{Code, usage};
use crate::labs::{self, Lab};
use crate::report::result::Status;
use crate::report::{progress, results};
use crate::submit::workspace;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    check: Vec<Ladder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ladder {
    id: String,
    rungs: Vec<String>,
}

/// Whether a check of this name has hints.
///
/// # Errors
/// When it has none.
pub fn understands(lab: &'static Lab, check: Option<&str>) -> Result<()> {
    check.map_or(Ok(()), |id| ladder(&read(lab)?, lab, id).map(drop))
}

fn ladder<'h>(hints: &'h Hints, lab: &'static Lab, id: &str) -> Result<&'h Ladder> {
    hints.check.iter().find(|l| l.id == id).ok_or_else(|| {
        let known: Vec<&str> = hints.check.iter().map(|l| l.id.as_str()).collect();
        usage(labs::unknown(lab, "check", id, &known))
    })
}

/// Shows the ladder of a check: up to rung `rung`, or rung by rung on a terminal.
///
/// # Errors
/// When the check has no hints, or the file is broken.
pub fn run(lab: &'static Lab, check: Option<&str>, rung: Option<usize>) -> Result<Code> {
    let hints = read(lab)?;
    let id = match check {
        Some(id) => id.to_owned(),
        None => first_failure(lab).ok_or_else(|| {
            usage(format!("nothing failed in your last check of {0}; name one: `cargo xtask hint {0} CHECK`", lab.name))
        })?,
    };
    let ladder = ladder(&hints, lab, &id)?;
    let asks = rung.is_none() && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let upto = if asks { ladder.rungs.len() } else { rung.unwrap_or(1).clamp(1, ladder.rungs.len()) };
    for (at, text) in ladder.rungs.iter().take(upto).enumerate() {
        if asks && at > 0 && !confirmed()? {
            return Ok(Code::Pass);
        }
        progress::keep(lab.name, |progress| {
            let kept = progress.checks.entry(id.clone()).or_default();
            kept.hints = kept.hints.max(at as u32 + 1);
        });
        println!("{id}, hint {} of {}: {}", at + 1, ladder.rungs.len(), text.trim());
    }
    if !asks && upto < ladder.rungs.len() {
        println!("The next one: cargo xtask hint {} {id} --rung {}", lab.name, upto + 1);
    }
    Ok(Code::Pass)
}

fn read(lab: &Lab) -> Result<Hints> {
    let path = workspace::starter(lab).join("hints.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in {}", path.display()))
}

fn first_failure(lab: &Lab) -> Option<String> {
    let last = results::last(lab)?;
    last.checks.into_iter().find(|c| matches!(c.status, Status::Fail | Status::NotStarted)).map(|c| c.id)
}

fn confirmed() -> Result<bool> {
    print!("Try first. Show the next hint? [y/N] ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_ladder_of_five_rungs() {
        for lab in crate::labs::LABS {
            let hints = read(lab).expect("hints are there and can be read");
            for id in lab.checks.iter().filter(|c| c.points > 0).map(|c| c.id) {
                let ladder = hints.check.iter().find(|l| l.id == id).unwrap_or_else(|| panic!("no hints for {id}"));
                assert_eq!(ladder.rungs.len(), 5, "{id}");
                assert!(ladder.rungs.iter().all(|r| r.trim().len() > 20), "{id} has an empty rung");
            }
        }
    }
}
