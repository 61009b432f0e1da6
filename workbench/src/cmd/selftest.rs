//! `cargo xtask selftest`: the grader grades submissions whose right verdict is known.
//!
//! `xtask/corpus/LAB/{wrong,right}/SLUG/` has the student files and `expect.toml`: why it is wrong, the checks that must
//! fail, the range of the score. A check is trusted only once it has rejected what it is there to reject.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::check::{self, Options};
use crate::cli::{Code, usage};
use crate::labs::{LABS, Lab};
use crate::report::result::{Document, SCHEMA, Status};
use crate::report::terminal::Progress;
use crate::story::schedule::USUAL_SEED;
use crate::submit::compile::{self, Toolkit};
use crate::submit::stage::Submission;
use crate::submit::workspace;
use crate::timing::gate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    why: String,
    fails: Vec<String>,
    score: [u32; 2],
}

/// What a submission of the corpus got, beside what it should get.
#[derive(Serialize)]
struct Row {
    name: String,
    right: bool,
    why: String,
    expected_fails: Vec<String>,
    expected_score: [u32; 2],
    got_fails: Vec<String>,
    got_score: u32,
    as_expected: bool,
    /// In how many gradings it came out like this.
    times: u32,
}

/// Grades the corpus of one lab, or of all, `repeat` times.
///
/// # Errors
/// When the corpus cannot be read, or something of ours fails.
pub fn run(lab: Option<&'static Lab>, repeat: u32, json: bool) -> Result<Code> {
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let toolkit = compile::toolkit()?;
    let before = gate::own_cpu()?;
    let (mut rows, mut varying) = (Vec::new(), 0);
    for lab in labs {
        let folder = workspace::root().join("xtask/corpus").join(lab.name);
        if !folder.is_dir() {
            return Err(usage(format!("{} has no corpus: {} is missing", lab.name, folder.display())));
        }
        for folder in submissions(&folder)? {
            let outcomes = rows_of(lab, &folder, repeat, &toolkit)?;
            varying += u32::from(outcomes.len() > 1);
            outcomes.iter().for_each(|row| show(row, json));
            rows.extend(outcomes);
        }
    }
    let wrong: u32 = rows.iter().filter(|r| !r.as_expected).map(|r| r.times).sum();
    if json {
        println!("{}", serde_json::to_string_pretty(&json!({ "schema": SCHEMA, "results": rows }))?);
    } else {
        confusion(&rows);
        let verdicts: u32 = rows.iter().map(|r| r.times).sum();
        println!("{verdicts} verdicts on {} submissions: {wrong} wrong", verdicts / repeat);
        println!("submissions with different outcomes in {repeat} gradings: {varying}");
        println!("{:.0} s of processor time, compilers included", (gate::own_cpu()? - before).as_secs_f64());
    }
    Ok(if wrong == 0 && varying == 0 && !rows.is_empty() { Code::Pass } else { Code::Fail })
}

/// The submissions in a lab's corpus.
///
/// # Errors
/// When they cannot be listed.
pub fn submissions(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for kind in ["right", "wrong"] {
        let inner = folder.join(kind);
        for entry in std::fs::read_dir(&inner).with_context(|| format!("reading {}", inner.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

/// Builds once and grades `repeat` times; one row an outcome: there are several only when something is not deterministic.
fn rows_of(lab: &'static Lab, folder: &Path, repeat: u32, toolkit: &Toolkit) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(folder.join("expect.toml")).with_context(|| format!("{}", folder.display()))?;
    let expect: Expect = toml::from_str(&text).with_context(|| format!("in {}/expect.toml", folder.display()))?;
    let submission = Submission::new(folder, lab);
    let options = Options { no_timing: true, seed: USUAL_SEED, ..Options::default() };
    let mut rows: Vec<Row> = Vec::new();
    let prepared = check::prepare(lab, &submission, toolkit, &mut Progress::silent(lab))?;
    for _ in 0..repeat {
        let document = check::judge(lab, None, &options, &prepared, toolkit, &mut Progress::silent(lab))?;
        let row = row(folder, &expect, &document);
        match rows.iter_mut().find(|r| r.got_score == row.got_score && r.got_fails == row.got_fails) {
            Some(known) => known.times += 1,
            None => rows.push(row),
        }
    }
    Ok(rows)
}

fn row(folder: &Path, expect: &Expect, document: &Document) -> Row {
    let failed = |s: Status| matches!(s, Status::Fail);
    let got: Vec<String> = document.checks.iter().filter(|c| failed(c.status)).map(|c| c.id.clone()).collect();
    let [least, most] = expect.score;
    let right = folder.parent().is_some_and(|p| p.ends_with("right"));
    let fails_as_expected = expect.fails.iter().all(|id| got.contains(id));
    let verdict_fits = if right { got.is_empty() && expect.fails.is_empty() } else { !got.is_empty() };
    Row {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        right,
        why: expect.why.clone(),
        expected_fails: expect.fails.clone(),
        expected_score: expect.score,
        as_expected: fails_as_expected && verdict_fits && (least..=most).contains(&document.score),
        got_fails: got,
        got_score: document.score,
        times: 1,
    }
}

fn show(row: &Row, to_stderr: bool) {
    let word = if row.as_expected { "ok " } else { "BAD" };
    let [least, most] = row.expected_score;
    let got = if row.got_fails.is_empty() { "nothing".into() } else { row.got_fails.join(", ") };
    let mut line = format!("{word} {:<28} {:>3} of {least}..{most}  failed: {got}", row.name, row.got_score);
    if !row.as_expected {
        line += &format!("  (expected: {}; {})", row.expected_fails.join(", "), row.why);
    }
    if row.times > 1 {
        line += &format!("  {} times", row.times);
    }
    if to_stderr { eprintln!("{line}") } else { println!("{line}") }
}

/// Verdicts on right and wrong submissions against passed and failed.
fn confusion(rows: &[Row]) {
    let count = |right: bool, passed: bool| {
        let counted = rows.iter().filter(|r| r.right == right && r.got_fails.is_empty() == passed);
        counted.map(|r| r.times).sum::<u32>()
    };
    println!("\n              passed  failed");
    println!("right         {:>6}  {:>6}", count(true, true), count(true, false));
    println!("wrong         {:>6}  {:>6}", count(false, true), count(false, false));
}
