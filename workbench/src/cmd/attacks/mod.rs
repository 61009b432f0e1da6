//! `cargo xtask selftest attacks`: grades hostile submissions, at every level this machine offers, and looks whether anything
//! was touched: a secret, a process, a listener, the grader's own files, the score of whoever comes next.

mod class;
mod watch;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::{Code, usage};
use crate::grade::jail::Jail;
use crate::grade::level;
use crate::grade::room::Level;
use crate::labs::{self, Lab};
use crate::measured::{attacks as measured, keep};
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::submit::compile;
use crate::submit::workspace::Scratch;

/// The lab that the attacks are written for.
fn target() -> &'static Lab {
    labs::find("lab3").expect("the corpus of attacks is lab 3's")
}

/// What an attack must come to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// What it tries.
    why: String,
    /// The least and the most points it may get.
    score: [u32; 2],
    /// Checks that must fail.
    fails: Vec<String>,
    /// Words that some message must have.
    says: Option<String>,
}

/// What an attack came to.
#[derive(Debug, Serialize)]
struct Row {
    level: String,
    name: String,
    why: String,
    score: u64,
    problems: Vec<String>,
    /// Who is graded, not what.
    #[serde(skip)]
    whose: Whose,
}

/// Whose a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Hostile,
    Honest,
    Surroundings,
}

/// Grades the attacks at each level; keeps the counts if wanted.
///
/// # Errors
/// When the corpus cannot be read, or something of ours fails.
pub fn run(json: bool, record: bool) -> Result<Code> {
    let started = Started::now();
    let program = level::program()?;
    // What the grader would build on the way is no change that an attack made.
    compile::toolkit()?;
    let (mut rows, mut offered) = (Vec::new(), 0);
    for level in [Level::L2, Level::L1] {
        let tried = level::try_out(&Jail { level, program: program.clone() });
        if !tried.problem.is_empty() {
            eprintln!("level {level}: NOT CHECKED, it does not hold here: {}", tried.problem);
            continue;
        }
        offered += 1;
        let new = at_level(level, &program)?;
        for row in &new {
            show(row, json);
        }
        rows.extend(new);
    }
    if offered == 0 {
        return Err(usage("this machine offers no level of the jail; install bubblewrap".into()));
    }
    let bad = rows.iter().filter(|r| !r.problems.is_empty()).count();
    if json {
        println!("{}", serde_json::to_string_pretty(&json!({ "schema": SCHEMA, "results": rows }))?);
    } else {
        println!("{} attacks at {offered} levels, {bad} not as expected", rows.len());
    }
    if record {
        let provenance = started.here("cargo xtask selftest attacks");
        keep(measured::FILE, &measured::Record { schema: SCHEMA, provenance, levels: counted(&rows) })?;
    }
    Ok(if bad == 0 && !rows.is_empty() { Code::Pass } else { Code::Fail })
}

/// The rows of each level, counted.
fn counted(rows: &[Row]) -> Vec<measured::Level> {
    let mut levels: Vec<measured::Level> = Vec::new();
    for row in rows {
        if levels.last().is_none_or(|level| level.level != row.level) {
            let level = row.level.clone();
            levels.push(measured::Level { level, hostile: 0, honest: 0, unexpected: Vec::new() });
        }
        let Some(level) = levels.last_mut() else { continue };
        level.hostile += u32::from(row.whose == Whose::Hostile);
        level.honest += u32::from(row.whose == Whose::Honest);
        if !row.problems.is_empty() {
            level.unexpected.push(row.name.clone());
        }
    }
    levels
}

fn show(row: &Row, to_stderr: bool) {
    let word = if row.problems.is_empty() { "ok " } else { "BAD" };
    let mut line = format!("{word} {} {:<28} {:>3}  {}", row.level, row.name, row.score, row.why);
    for problem in &row.problems {
        line += &format!("\n      {problem}");
    }
    if to_stderr { eprintln!("{line}") } else { println!("{line}") }
}

/// The variable that the grader's environment holds and no submission may see.
const SECRET_VARIABLE: (&str, &str) = ("LABS_CANARY_SECRET", "a password");

/// Enough for every honest submission ten times over; an attack that uses up its time is not worth ten minutes.
const JUDGE_SECONDS: &str = "20";

fn at_level(level: Level, program: &Path) -> Result<Vec<Row>> {
    let scratch = Scratch::new("attacks")?;
    let (folder, out) = (scratch.path.join("class"), scratch.path.join("out"));
    let watch = watch::Watch::set_up(&scratch.path)?;
    let mut expected = class::lay_out(target(), &folder, &watch.words(&folder, &out))?;
    class::bomb(program, &scratch.path, &folder, &mut expected)?;
    grade(level, &folder, &out)?;
    let document: Value =
        serde_json::from_slice(&std::fs::read(out.join("class.json")).context("the grader wrote no class document")?)?;
    let submissions = document["submissions"].as_array().context("submissions")?;
    let by_name: BTreeMap<&str, &Value> = submissions.iter().filter_map(|s| Some((s["name"].as_str()?, s))).collect();
    let mut rows: Vec<Row> =
        expected.iter().map(|(name, expect)| judge(level, name, expect, by_name.get(&**name))).collect();
    let mut problems = watch.problems();
    let report = std::fs::read_to_string(out.join("report.html")).unwrap_or_default();
    if report.is_empty()
        || report.contains("<script>alert")
        || report.contains("<img src=x")
        || report.contains('\u{1b}')
    {
        problems.push("the report has no text, or what a student wrote is live in it".into());
    }
    let why = "nothing outside was touched, and no process is left".to_owned();
    let (level, name, whose) = (level.to_string(), "(surroundings)".into(), Whose::Surroundings);
    rows.push(Row { level, name, why, score: 0, problems, whose });
    Ok(rows)
}

/// Grades as an instructor does, in a process of its own, with a secret in its environment. Its progress is shown.
fn grade(level: Level, folder: &Path, out: &Path) -> Result<()> {
    let mut command = Command::new(std::env::current_exe().context("finding the runner's own program")?);
    command.args(["grade", target().name]).arg(folder).arg("--out").arg(out).args(["--no-timing", "--seed", "7"]);
    command.args(["--judge-seconds", JUDGE_SECONDS]);
    command.args(["--sandbox", &level.to_string()]).env(SECRET_VARIABLE.0, SECRET_VARIABLE.1);
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("starting the grader")?;
    Ok(())
}

fn judge(level: Level, name: &str, expect: &Expect, submission: Option<&&Value>) -> Row {
    let mut problems = Vec::new();
    let result = submission.map_or(&Value::Null, |s| &s["result"]);
    let score = result["score"].as_u64();
    let checks = result["checks"].as_array().map_or(&[][..], Vec::as_slice);
    let [least, most] = expect.score.map(u64::from);
    match score {
        None => problems.push(format!("no result: {}", submission.map_or("not in the class", |s| text(&s["missing"])))),
        Some(score) if !(least..=most).contains(&score) => problems.push(format!("{score} is not in {least}..{most}")),
        Some(_) => {}
    }
    if score.is_some() && result["sandbox"] != level.to_string().as_str() {
        problems.push(format!("graded at level {}", result["sandbox"]));
    }
    for id in &expect.fails {
        if !checks.iter().any(|c| c["id"] == **id && c["status"] == "fail") {
            problems.push(format!("{id} does not fail"));
        }
    }
    if let Some(words) = expect.says.as_ref().filter(|w| !checks.iter().any(|c| said(c).contains(&***w))) {
        problems.push(format!("no message says `{words}`"));
    }
    if !problems.is_empty() {
        let failed = checks.iter().filter(|c| c["status"] == "fail");
        problems
            .extend(failed.map(|c| format!("{}: {}", text(&c["id"]), said(c).chars().take(300).collect::<String>())));
    }
    let (level, name, why) = (level.to_string(), name.to_owned(), expect.why.clone());
    let whose = if why == class::HONEST { Whose::Honest } else { Whose::Hostile };
    Row { level, name, why, score: score.unwrap_or(0), problems, whose }
}

fn said(check: &Value) -> String {
    format!("{} {}", text(&check["message"]), text(&check["evidence"]["compiler"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}
