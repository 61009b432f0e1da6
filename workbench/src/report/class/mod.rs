//! The results of a class: one document, and everything that is rendered from it.

pub mod csv;
pub mod html;
pub mod services;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use crate::cli::workbench::Service;

use super::result::{Document, SCHEMA, Verdict};
use crate::cmd::{check, grade};
use crate::grade::one::{Cost, Grader};
use crate::grade::queue::Row;
use crate::grade::store::{self, write_whole};

/// One submission of a class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Others that handed in the same files.
    pub same_files_as: Vec<String>,
    /// Why there is no result; never the student's doing.
    pub missing: Option<String>,
    /// The result.
    pub result: Option<Document>,
    /// Pages that draw what failed in an interleaving: places relative to this document, by the checks' ids.
    pub pictures: BTreeMap<String, String>,
    /// What it cost.
    pub cost: Cost,
}

/// The rows of a class as documents.
pub fn documents(grader: &Grader, rows: Vec<Row>) -> Vec<Entry> {
    let options = grade::as_check(grader);
    let twins: Vec<(String, Option<String>)> =
        rows.iter().map(|r| (r.name.clone(), r.key.clone().filter(|_| r.staged))).collect();
    let mut entries = Vec::new();
    for row in rows {
        let same = |(name, key): &(String, Option<String>)| row.staged && *key == row.key && *name != row.name;
        let same_files_as = twins.iter().filter(|t| same(t)).map(|(name, _)| name.clone()).collect();
        let (missing, graded) = match row.graded {
            Ok(graded) => (None, Some(graded)),
            Err(problem) => (Some(problem), None),
        };
        let cost = graded.as_ref().map_or(Cost::default(), |g| g.cost);
        let ids = graded.as_ref().map_or(&[][..], |g| &g.pictures);
        let pictures = row.key.iter().flat_map(|key| ids.iter().map(|id| (id.clone(), store::page(key, id)))).collect();
        let result = graded.map(|graded| {
            let name = Some(row.name.clone());
            let sandbox = graded.sandbox.to_string();
            let document = check::document(grader.lab, name, &options, graded.checks, row.wall);
            Document { sandbox, machine: graded.machine, ..document }
        });
        entries.push(Entry { name: row.name, same_files_as, missing, result, pictures, cost });
    }
    entries
}

/// The class's document. Seconds, costs and machines, which no two gradings share, are only in the published results.
///
/// # Errors
/// When a result cannot be written as JSON.
pub fn class(grader: &Grader, entries: &[Entry]) -> Result<Value> {
    value(grader.lab.name, grader.seed, entries)
}

fn value(lab: &str, seed: u64, entries: &[Entry]) -> Result<Value> {
    let mut submissions = serde_json::to_value(entries)?;
    for submission in submissions.as_array_mut().into_iter().flatten() {
        if let Some(object) = submission.as_object_mut() {
            object.remove("cost");
        }
        if let Some(result) = submission["result"].as_object_mut() {
            result.remove("machine");
        }
        for check in submission["result"]["checks"].as_array_mut().into_iter().flatten() {
            if let Some(explored) = check["explored"].as_object_mut() {
                explored.remove("seconds");
            }
        }
    }
    Ok(json!({ "schema": SCHEMA, "lab": lab, "seed": seed, "submissions": submissions }))
}

/// Writes every document of the class.
///
/// # Errors
/// When one cannot be written.
pub fn write(out: &Path, grader: &Grader, entries: &[Entry], also: &[Service]) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(&class(grader, entries)?)?;
    text.push(b'\n');
    write_whole(&out.join("class.json"), &text)?;
    write_whole(&out.join("grades.csv"), csv::render(grader.lab, entries).as_bytes())?;
    write_whole(&out.join("report.html"), html::render(grader.lab, entries).as_bytes())?;
    for service in also {
        for_service(out, *service, entries)?;
    }
    Ok(())
}

/// A document for each submission, in a folder of the service's name; files are numbered as in `class.json`, from 0, because a
/// submission's name may be no name for a file.
fn for_service(out: &Path, service: Service, entries: &[Entry]) -> Result<()> {
    let folder = out.join(format!("{service:?}").to_lowercase());
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    for (at, entry) in entries.iter().enumerate() {
        let Some(document) = &entry.result else { continue };
        let value = match service {
            Service::Gradescope => {
                let seconds = (entry.cost.build_ms + entry.cost.judge_ms) as f64 / 1000.0;
                services::gradescope(document, seconds)
            }
            Service::Classroom => {
                let lines = services::annotations(document);
                write_whole(&folder.join(format!("{at}.annotations")), lines.as_bytes())?;
                services::classroom(document)
            }
        };
        write_whole(&folder.join(format!("{at}.json")), &serde_json::to_vec_pretty(&value)?)?;
    }
    Ok(())
}

/// The class in a few lines.
pub fn tell(out: &Path, entries: &[Entry]) {
    let graded: Vec<&Document> = entries.iter().filter_map(|e| e.result.as_ref()).collect();
    let passed = graded.iter().filter(|d| d.verdict == Verdict::Pass).count();
    let unsure = graded.iter().filter(|d| d.verdict == Verdict::Pass && !d.confirmed).count();
    let mut scores: Vec<u32> = graded.iter().map(|d| d.score).collect();
    scores.sort_unstable();
    let median = scores.get(scores.len() / 2).copied().unwrap_or(0);
    eprintln!(
        "{} submissions: {passed} passed ({unsure} of them with speed not confirmed), median {median}",
        entries.len()
    );
    let counted: Vec<u64> = entries.iter().map(|e| e.cost.build_ms + e.cost.judge_ms).filter(|ms| *ms > 0).collect();
    if !counted.is_empty() {
        let build: u64 = entries.iter().map(|e| e.cost.build_ms).sum();
        let all: u64 = counted.iter().sum();
        let each = |ms: u64| ms as f64 / 1000.0 / counted.len() as f64;
        eprintln!("processor seconds each: {:.2} compiling, {:.2} judging", each(build), each(all - build));
    }
    eprintln!("results in {}", out.display());
}
