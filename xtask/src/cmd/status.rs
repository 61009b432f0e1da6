//! `cargo xtask status`: how far each lab is, and what to do next.

use anyhow::Result;
use serde_json::{Value, json};

use crate::cli::Code;
use crate::labs::{Check, LABS, Lab};
use crate::predict;
use crate::report::progress::{self, CheckProgress, LabProgress, Progress};
use crate::report::result::{SCHEMA, Status};
use crate::report::terminal;
use crate::submit::saved;

/// Shows the progress in all labs, for people or as one JSON document.
///
/// # Errors
/// When the progress file is broken.
pub fn run(json: bool) -> Result<Code> {
    let progress = progress::read(&progress::path())?;
    let labs: Vec<Row> = LABS.iter().map(|lab| row(lab, &progress)).collect();
    let next = next(&labs);
    if json {
        let labs: Vec<Value> = labs.iter().map(as_json).collect();
        println!("{}", serde_json::to_string_pretty(&json!({ "schema": SCHEMA, "labs": labs, "next": next }))?);
    } else {
        for row in &labs {
            print!("{}", as_text(row));
            let predicted = predict::shown(row.lab)?;
            if !predicted.is_empty() {
                print!("  What you predicted:\n{predicted}");
            }
        }
        println!("Next: {next}");
    }
    Ok(Code::Pass)
}

/// How far a lab is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotStarted,
    Started,
    Passed,
}

/// A lab and its progress.
struct Row {
    lab: &'static Lab,
    kept: LabProgress,
    state: State,
    /// Whether the files have changed since the last check.
    edited: bool,
}

fn row(lab: &'static Lab, progress: &Progress) -> Row {
    let kept = progress.labs.get(lab.name).cloned().unwrap_or_default();
    let at_work =
        |c: &CheckProgress| c.hints > 0 || c.status.is_some_and(|s| s != Status::NotStarted && s != Status::Skipped);
    let all = lab.checks.iter().all(|c| status(&kept, c) == Some(Status::Pass));
    let state = match () {
        () if all && kept.builds => State::Passed,
        () if kept.checks.values().any(at_work) || (kept.checked > 0 && !kept.builds) => State::Started,
        () => State::NotStarted,
    };
    let edited = kept.checked > 0 && kept.files != saved::fingerprint(lab);
    Row { lab, kept, state, edited }
}

fn status(kept: &LabProgress, check: &Check) -> Option<Status> {
    kept.checks.get(check.id).and_then(|c| c.status)
}

/// The one command that helps most.
fn next(rows: &[Row]) -> String {
    let unfinished = rows.iter().find(|r| r.state == State::Started || r.state == State::Passed && r.edited);
    let unfinished = unfinished.or_else(|| rows.iter().find(|r| r.state == State::NotStarted));
    let Some(row) = unfinished else {
        return "every lab passes; try `cargo xtask run LAB --html FILE` and the book".into();
    };
    let name = row.lab.name;
    let failed = row.lab.checks.iter().find(|c| status(&row.kept, c) == Some(Status::Fail));
    match (row.state, failed) {
        (State::NotStarted, _) => {
            format!("read labs/{name}/README.md, edit {}, then cargo xtask check {name}", files(row.lab))
        }
        (_, Some(check)) if !row.edited && row.kept.builds => format!("cargo xtask hint {name} {}", check.id),
        _ => format!("cargo xtask check {name}"),
    }
}

fn files(lab: &Lab) -> String {
    crate::story::words::list(lab.student_files.iter().map(|f| format!("labs/{}/src/{f}", lab.name)))
}

fn as_text(row: &Row) -> String {
    let Row { lab, kept, state, edited } = row;
    let mut line = format!("{} ({}), {}: ", lab.name, lab.topic, lab.title);
    if *state == State::NotStarted {
        return line + "not started\n";
    }
    line += &format!("{}/{}", kept.score, kept.max_score);
    let notes = [
        (kept.best > kept.score, format!("best {}", kept.best)),
        (!kept.builds, "did not build".to_owned()),
        (*edited, "edited since the last check".to_owned()),
    ];
    notes.into_iter().filter(|(is, _)| *is).for_each(|(_, note)| line += &format!(", {note}"));
    line.push('\n');
    if *state == State::Started {
        lab.checks.iter().for_each(|check| line += &check_line(check, kept));
    }
    line
}

fn check_line(check: &Check, kept: &LabProgress) -> String {
    let kept = kept.checks.get(check.id).cloned().unwrap_or_default();
    let word = kept.status.map_or("    ", terminal::word);
    let before = kept.passed_once && kept.status != Some(Status::Pass);
    let notes = [(before, "passed before".to_owned()), (kept.hints > 0, format!("hints seen: {}", kept.hints))];
    let notes: Vec<String> = notes.into_iter().filter(|(is, _)| *is).map(|(_, note)| note).collect();
    let line = format!("  {word} {:<14} {:>2}/{:<2}  {}", check.id, kept.score, check.points, notes.join(", "));
    line.trim_end().to_owned() + "\n"
}

fn as_json(row: &Row) -> Value {
    let Row { lab, kept, state, edited } = row;
    let state = match state {
        State::NotStarted => "not-started",
        State::Started => "started",
        State::Passed => "passed",
    };
    let checks: Vec<Value> = lab
        .checks
        .iter()
        .map(|check| {
            let kept = kept.checks.get(check.id).cloned().unwrap_or_default();
            json!({
                "id": check.id, "status": kept.status, "score": kept.score, "max_score": check.points,
                "passed_once": kept.passed_once, "hints": kept.hints,
            })
        })
        .collect();
    json!({
        "lab": lab.name, "topic": lab.topic, "title": lab.title, "state": state, "score": kept.score, "best": kept.best,
        "max_score": kept.max_score, "checked": kept.checked, "builds": kept.builds, "edited": edited, "checks": checks,
        "prediction": kept.prediction,
    })
}
