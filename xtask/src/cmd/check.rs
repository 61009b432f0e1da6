//! `cargo xtask check`: builds, explores, runs, judges, tells.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::assess;
use crate::cli::Code;
use crate::judge::score;
use crate::labs::{LABS, Lab};
use crate::report::result::{CheckResult, Document, SCHEMA, Status, Verdict, Versions, Wall, WallOutcome};
use crate::report::{machine, progress, results, terminal};
use crate::submit::compile::{self, BuildFailure, Program, Toolkit};
use crate::submit::reference;
use crate::submit::saved;
use crate::submit::stage::Submission;
use crate::submit::workspace;
use crate::timing::{model, pairs};

/// What to check and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The solution instead of the starter's files.
    pub solution: bool,
    /// A submission elsewhere.
    pub path: Option<PathBuf>,
    /// Leave out the wall clock.
    pub no_timing: bool,
    /// A speed that was not confirmed is an exit code of its own.
    pub strict: bool,
    /// Seed of everything random.
    pub seed: u64,
    /// One JSON document on standard output.
    pub json: bool,
}

/// Checks one lab, or all.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: Option<&'static Lab>, options: &Options) -> Result<Code> {
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let mut documents = Vec::new();
    for lab in labs {
        documents.push(one(lab, options)?);
    }
    if options.json {
        let document = match (lab, &documents[..]) {
            (Some(_), [only]) => serde_json::to_value(only)?,
            _ => json!({ "schema": SCHEMA, "results": documents }),
        };
        println!("{}", serde_json::to_string_pretty(&document)?);
    }
    Ok(code(&documents, options.strict))
}

fn code(documents: &[Document], strict: bool) -> Code {
    if documents.iter().any(|d| d.verdict != Verdict::Pass) {
        return Code::Fail;
    }
    if strict && documents.iter().any(|d| !d.confirmed) { Code::NotConfirmed } else { Code::Pass }
}

fn one(lab: &'static Lab, options: &Options) -> Result<Document> {
    let folder = match &options.path {
        Some(path) => path.clone(),
        None if options.solution => workspace::solution(lab),
        None => workspace::starter(lab),
    };
    let submission = Submission::new(&folder, lab);
    let name = options.path.as_ref().map(|p| p.file_name().unwrap_or(p.as_os_str()).to_string_lossy().into_owned());
    let mut show = terminal::Progress::new(lab, options.json);
    show.start(&submission.shown);
    let toolkit = compile::toolkit()?;
    // Before the check: an edit while it runs is one that it has not seen.
    let files = saved::fingerprint(lab);
    let document = grade(lab, &submission, name, options, &toolkit, &mut show)?;
    show.finish(&document);
    if options.path.is_none() && !options.solution {
        results::keep(lab, &document)?;
        progress::keep(lab.name, |progress| progress.take(&document, files));
    }
    Ok(document)
}

/// Grades one submission, start to end.
///
/// # Errors
/// Only when something of ours fails.
pub fn grade(
    lab: &'static Lab,
    submission: &Submission,
    name: Option<String>,
    options: &Options,
    toolkit: &Toolkit,
    show: &mut terminal::Progress,
) -> Result<Document> {
    let prepared = prepare(lab, submission, toolkit, show)?;
    judge(lab, name, options, &prepared, toolkit, show)
}

/// Builds a submission.
///
/// # Errors
/// Only when something of ours fails.
pub fn prepare(
    lab: &'static Lab,
    submission: &Submission,
    toolkit: &Toolkit,
    show: &mut terminal::Progress,
) -> Result<Result<Program, BuildFailure>> {
    let started = Instant::now();
    let prepared = compile::compile(lab, submission, toolkit, show.colour())?;
    match &prepared {
        Ok(_) => show.built(started.elapsed()),
        Err(failure) => show.build_failed(failure),
    }
    Ok(prepared)
}

/// Judges a submission that was built, or was not.
///
/// # Errors
/// Only when something of ours fails.
pub fn judge(
    lab: &'static Lab,
    name: Option<String>,
    options: &Options,
    prepared: &Result<Program, BuildFailure>,
    toolkit: &Toolkit,
    show: &mut terminal::Progress,
) -> Result<Document> {
    let program = match prepared {
        Ok(program) => program,
        Err(failure) => {
            let checks = unbuilt(lab, failure);
            return Ok(document(lab, name, options, checks, Wall::not_asked("the program does not build")));
        }
    };
    let mut checks = vec![built()];
    checks.extend(assess::assess(lab, &program.binary, options.seed, &mut |result| show.checked(result))?);
    let passed = checks.iter().all(|c| c.status == Status::Pass);
    let wall = match (options.no_timing, passed) {
        (true, _) => Wall::not_asked("left out with --no-timing"),
        (_, false) => Wall::not_asked("speed is asked once everything is right"),
        (false, true) if !workspace::solution(lab).is_dir() => {
            Wall::not_asked("a handout has no reference to race against; the virtual clock has judged the speed")
        }
        (false, true) => {
            show.timing();
            let reference = reference::program(lab, toolkit)?;
            let virtual_ratio = model::virtual_ratio(lab, &program.binary, &reference, options.seed)?;
            Wall { virtual_ratio, ..pairs::confirm(lab, &program.binary, &reference, options.seed)? }
        }
    };
    Ok(document(lab, name, options, checks, wall))
}

/// The row of a build that went well.
pub fn built() -> CheckResult {
    CheckResult {
        id: "build".into(),
        kind: "build".into(),
        status: Status::Pass,
        score: 0,
        max_score: 0,
        message: "it compiles".into(),
        schedule: None,
        explored: None,
        evidence: json!({}),
        picture: None,
    }
}

/// The rows of a submission that does not build.
pub fn unbuilt(lab: &Lab, failure: &BuildFailure) -> Vec<CheckResult> {
    let compiler = compile::strip_colour(&failure.compiler);
    let evidence = json!({ "compiler": compiler });
    let build = CheckResult { status: Status::Fail, message: failure.message.clone(), evidence, ..built() };
    let rest = lab.checks.iter().map(|check| CheckResult {
        id: check.id.into(),
        kind: format!("{:?}", check.kind).to_lowercase(),
        status: Status::Skipped,
        max_score: check.points,
        message: "needs build, which did not pass".into(),
        ..built()
    });
    std::iter::once(build).chain(rest).collect()
}

/// The document of these rows.
pub fn document(
    lab: &Lab,
    submission: Option<String>,
    options: &Options,
    mut checks: Vec<CheckResult>,
    wall: Wall,
) -> Document {
    let (verdict, score) = score::verdict(&mut checks, &wall);
    let complete = checks.iter().all(|c| c.explored.as_ref().is_none_or(|e| e.complete));
    let confirmed = verdict == Verdict::Pass && complete && wall.outcome == WallOutcome::Confirmed;
    Document {
        schema: SCHEMA,
        lab: lab.name.into(),
        submission,
        verdict,
        confirmed,
        score,
        max_score: checks.iter().map(|c| c.max_score).sum(),
        checks,
        wall,
        seed: options.seed,
        sandbox: "none".into(),
        machine: machine::describe(),
        versions: Versions { xtask: env!("CARGO_PKG_VERSION").into(), lab: env!("CARGO_PKG_VERSION").into() },
    }
}
