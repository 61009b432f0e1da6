//! `cargo xtask bench grading`: what grading a class costs, in processor time, which a busy machine hardly changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::cli::Code;
use crate::labs::{Lab, lab3};
use crate::measured::grading::{FILE, MOST_COMPILING, MOST_JUDGING, Record};
use crate::measured::keep;
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::submit::workspace::{self, Scratch};
use crate::timing::gate;

/// Submissions, right and wrong in turn.
const CLASS: usize = 40;
/// As `check` has it.
const SEED: &str = "7";

/// Grades a class of the corpus and shows what it cost; keeps it if wanted. Fails above the limits.
///
/// # Errors
/// When the corpus cannot be read, no jail holds here, or something of ours fails.
pub fn run(record: bool) -> Result<Code> {
    let started = Started::now();
    let lab = &lab3::LAB;
    let scratch = Scratch::new("grading")?;
    // Jail, toolkit and grader are built before anything is counted.
    let warm = lay_out(lab, &scratch.path.join("warm"), 1)?;
    grade(lab, &warm)?;
    let class = lay_out(lab, &scratch.path.join("class"), CLASS)?;
    let (cpu, _) = grade(lab, &class)?;
    let (_, again) = grade(lab, &class)?;
    let provenance = started.here("cargo xtask bench grading");
    let done = read(lab, &class, cpu, again, provenance)?;
    print!("{}", done.table());
    println!(
        "{CLASS} submissions of {}, right and wrong in turn, level {}, no wall clock; 100,000 take {:.0} hours of a processor.\n\
         Graded again, everything known: {:.1} s.",
        done.lab,
        done.level,
        done.hours(100_000),
        done.again
    );
    if record {
        keep(FILE, &done)?;
    }
    if !done.within() {
        eprintln!(
            "above the limits: {MOST_JUDGING} s without the compiler, {MOST_COMPILING} s of the compiler, the median"
        );
    }
    Ok(if done.within() { Code::Pass } else { Code::Fail })
}

/// A class of copies from the lab's corpus, each one's files its own. Gives its folder.
fn lay_out(lab: &Lab, folder: &Path, count: usize) -> Result<PathBuf> {
    let corpus = workspace::root().join("xtask/corpus").join(lab.name);
    let [right, wrong] = ["right", "wrong"].map(|kind| programs(lab, &corpus.join(kind)));
    let (right, wrong) = (right?, wrong?);
    for at in 0..count {
        let kind = if at % 2 == 0 { &right } else { &wrong };
        let from = &kind[at / 2 % kind.len()];
        let to = folder.join("submissions").join(format!("student-{at:03}"));
        fs::create_dir_all(&to).with_context(|| format!("making {}", to.display()))?;
        for file in lab.student_files {
            let text = fs::read_to_string(from.join(file)).with_context(|| format!("reading {}", from.display()))?;
            fs::write(to.join(file), format!("{text}\n// {at}\n"))?;
        }
    }
    Ok(folder.to_path_buf())
}

/// The submissions of a folder that have every file, by name.
fn programs(lab: &Lab, folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut all = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    all.retain(|path| lab.student_files.iter().all(|file| path.join(file).is_file()));
    all.sort();
    ensure!(!all.is_empty(), "{} holds no submission", folder.display());
    Ok(all)
}

/// Grades as an instructor does, in a process of its own: its processor time, with everything that it started, and seconds.
fn grade(lab: &Lab, class: &Path) -> Result<(Duration, Duration)> {
    let (before, started) = (gate::reaped()?, Instant::now());
    let mut command = Command::new(std::env::current_exe().context("finding the runner's own program")?);
    command.args(["grade", lab.name]).arg(class.join("submissions")).arg("--out").arg(class.join("out"));
    command.args(["--no-timing", "--seed", SEED, "--judge-seconds", "60"]);
    let status = command.stdin(Stdio::null()).status().context("starting the grader")?;
    if !status.success() {
        bail!("the grader failed; what it said is above");
    }
    Ok((gate::reaped()? - before, started.elapsed()))
}

fn read(
    lab: &Lab,
    class: &Path,
    cpu: Duration,
    again: Duration,
    provenance: crate::report::provenance::Provenance,
) -> Result<Record> {
    let results = files(&class.join("out/results"), "json")?;
    ensure!(results.len() == CLASS, "{} results of {CLASS} submissions", results.len());
    let pictures = files(&class.join("out/pictures"), "html")?;
    let mut done = Record {
        schema: SCHEMA,
        provenance,
        lab: lab.name.to_owned(),
        level: String::new(),
        build_ms: Vec::new(),
        judge_ms: Vec::new(),
        cpu: cpu.as_secs_f64(),
        again: again.as_secs_f64(),
        result_bytes: 0,
        pictures: pictures.len() as u64,
        picture_bytes: 0,
    };
    for path in &results {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let result: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let ms = |key: &str| result["cost"][key].as_u64().with_context(|| format!("no `{key}`"));
        done.build_ms.push(ms("build_ms")?);
        done.judge_ms.push(ms("judge_ms")?);
        done.level = result["sandbox"].as_str().context("no level")?.to_owned();
        done.result_bytes += text.len() as u64;
    }
    for path in &pictures {
        done.picture_bytes += fs::metadata(path).with_context(|| format!("reading {}", path.display()))?.len();
    }
    Ok(done)
}

/// The files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        match path.is_dir() {
            true => all.extend(files(&path, ending)?),
            false if path.extension().is_some_and(|e| e == ending) => all.push(path),
            false => {}
        }
    }
    all.sort();
    Ok(all)
}
