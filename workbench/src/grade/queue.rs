//! The class in a queue: several submissions at a time, each from its files to its published result; then the races, alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::class::{self, Entry};
use super::one::{self, Graded, Grader};
use super::store::Store;
use crate::assess;
use crate::judge::score;
use crate::report::result::{Status, Wall, WallOutcome};
use crate::submit::stage::Submission;
use crate::submit::workspace::{self, Scratch};
use crate::submit::{reference, stage};

/// One line of the class.
#[derive(Debug)]
pub struct Row {
    /// The submission's name.
    pub name: String,
    /// The key of its result; none when we could not even read it.
    pub key: Option<String>,
    /// Whether it is made of files that somebody else could hand in, too.
    pub staged: bool,
    /// Its result, or what went wrong on our side.
    pub graded: Result<Graded, String>,
    /// The race.
    pub wall: Wall,
}

/// How to work through a class.
pub struct Plan<'p> {
    /// What everybody is graded with.
    pub grader: &'p Grader,
    /// Where results are.
    pub store: Store,
    /// The folder of the class's documents.
    pub out: PathBuf,
    /// Submissions at a time.
    pub jobs: usize,
    /// Only look at what is there.
    pub only_known: bool,
    /// Why there is no race, until there is one.
    pub unasked: &'static str,
}

/// Takes every submission to its result, several at a time. Says a line when one is done.
pub fn explore(plan: &Plan, entries: &[Entry]) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let progress = Progress {
        started: Instant::now(),
        total: entries.len(),
        fresh: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
    };
    let mut rows: Vec<(usize, Row)> = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..plan.jobs)
            .map(|job| {
                let (next, progress) = (&next, &progress);
                scope.spawn(move || {
                    // With several jobs each stays on a processor; one alone uses two.
                    if plan.jobs > 1 {
                        assess::pin_nth(job);
                    }
                    let mut rows = Vec::new();
                    while let Some((at, entry)) = {
                        let at = next.fetch_add(1, Relaxed);
                        entries.get(at).map(|e| (at, e))
                    } {
                        let (row, fresh) = one_row(plan, entry);
                        progress.tell(&row, fresh);
                        rows.push((at, row));
                    }
                    rows
                })
            })
            .collect();
        jobs.into_iter().flat_map(|job| job.join().expect("a job does not panic")).collect()
    });
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

struct Progress {
    started: Instant,
    total: usize,
    fresh: AtomicUsize,
    done: AtomicUsize,
}

impl Progress {
    fn tell(&self, row: &Row, fresh: bool) {
        let done = self.done.fetch_add(1, Relaxed) + 1;
        let fresh = self.fresh.fetch_add(usize::from(fresh), Relaxed) + usize::from(fresh);
        let seconds = self.started.elapsed().as_secs_f64();
        let mut line = format!("[{done}/{}] {}: {}", self.total, row.name, printable(&words(row)));
        if fresh > 0 {
            let rate = fresh as f64 / seconds.max(0.001);
            line += &format!("  ({rate:.1}/s, about {:.0} s left)", (self.total - done) as f64 / rate);
        }
        eprintln!("{line}");
    }
}

/// What a student wrote, cut and without terminal codes.
fn printable(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn words(row: &Row) -> String {
    match &row.graded {
        Err(problem) => format!("MISSING, {}", problem.lines().next().unwrap_or("")),
        Ok(graded) => {
            let (_, points) = score::verdict(&mut graded.checks.clone(), &row.wall);
            let failed = graded.checks.iter().find(|c| c.status != Status::Pass);
            format!("{points}{}", failed.map_or(String::new(), |c| format!(", {}: {}", c.id, c.message)))
        }
    }
}

/// A submission's row, and whether it was graded now.
fn one_row(plan: &Plan, entry: &Entry) -> (Row, bool) {
    let mut row = Row {
        name: entry.name.clone(),
        key: None,
        staged: false,
        graded: Err(String::new()),
        wall: Wall::not_asked(plan.unasked),
    };
    let mut fresh = false;
    row.graded = (|| -> Result<Graded> {
        let scratch = Scratch::new("grade")?;
        let staged = stage(plan.grader, entry, &scratch.path)?;
        row.staged = staged.is_ok();
        let key = one::key(plan.grader, &staged)?;
        row.key = Some(key.clone());
        if let Some(known) = plan.store.load(&key)? {
            return Ok(known);
        }
        if plan.only_known {
            bail!("not graded yet");
        }
        fresh = true;
        let graded = insist(plan.grader, &staged, &scratch.path)?;
        // The pages first: whoever sees the result finds what it names.
        for (id, page) in &graded.pages {
            plan.store.write_page(&plan.out, &key, id, page)?;
        }
        plan.store.publish(&key, &graded)?;
        // Somebody else may have been first: what is published counts.
        plan.store.load(&key)?.context("what was just published is gone")
    })()
    .map_err(|error| format!("{error:#}"));
    (row, fresh)
}

/// Opens and stages a submission below `scratch`.
fn stage(grader: &Grader, entry: &Entry, scratch: &Path) -> Result<Result<PathBuf, String>> {
    let work = scratch.join("work");
    std::fs::create_dir(&work).with_context(|| format!("making {}", work.display()))?;
    let submission = match class::open(grader.lab, entry, Some(&grader.jail.program), scratch)? {
        Ok(submission) => submission,
        Err(sentence) => return Ok(Err(sentence)),
    };
    Ok(stage::stage(grader.lab, &submission, &work)?.map(|()| work))
}

/// Grades; when something of ours fails, once more; and when the reference can be graded then, it was not ours.
fn insist(grader: &Grader, staged: &Result<PathBuf, String>, scratch: &Path) -> Result<Graded> {
    let first = match one::grade(grader, staged, scratch) {
        Ok(graded) => return Ok(graded),
        Err(trouble) => trouble,
    };
    let _ = std::fs::remove_file(scratch.join("program"));
    match one::grade(grader, staged, scratch) {
        Ok(graded) => Ok(graded),
        Err(second) if second.building == first.building && control(grader).is_ok() => {
            let reason = format!("{:#}", second.error);
            eprintln!("not graded for a reason of its own: {}", printable(reason.lines().next().unwrap_or("")));
            Ok(one::to_blame(grader, second.building))
        }
        Err(second) => Err(second.error),
    }
}

/// Grades the reference in the same way: can anything be graded here and now?
///
/// # Errors
/// When it cannot.
pub fn control(grader: &Grader) -> Result<()> {
    let scratch = Scratch::new("control")?;
    let work = scratch.path.join("work");
    std::fs::create_dir(&work)?;
    let (lab, solution) = (grader.lab, workspace::solution(grader.lab));
    let solved = solution.is_dir();
    let folder = if solved { solution } else { workspace::starter(lab) };
    if let Err(sentence) = stage::stage(lab, &Submission::new(&folder, lab), &work)? {
        bail!("the reference cannot be staged: {sentence}");
    }
    let graded = one::grade(grader, &Ok(work), &scratch.path).map_err(|trouble| trouble.error)?;
    let good = |status: Status| status == Status::Pass || !solved;
    let failed = graded.checks.iter().find(|c| !good(c.status) || (c.id == "build" && c.status != Status::Pass));
    failed.map_or(Ok(()), |c| bail!("the reference fails {}: {}", c.id, c.message))
}

/// A race that was run. Times are comparable on machines of one kind: on another one it is run again.
#[derive(Serialize, Deserialize)]
struct Raced {
    /// The kind of machine.
    class: String,
    wall: Wall,
}

/// Races everybody who passed against the reference, one at a time; who could not be confirmed is taken up again at the end.
///
/// # Errors
/// Only when something of ours fails.
pub fn races(plan: &Plan, timing: &Store, entries: &[Entry], rows: &mut [Row]) -> Result<()> {
    let grader = plan.grader;
    if !workspace::solution(grader.lab).is_dir() {
        rows.iter_mut().for_each(|row| row.wall = Wall::not_asked("a handout has no reference to race against"));
        return Ok(());
    }
    let class = machine_class();
    let mut known: BTreeMap<String, Wall> = BTreeMap::new();
    let mut reference = None;
    for round in 1..=2 {
        for (entry, row) in entries.iter().zip(rows.iter_mut()) {
            let (Some(key), Ok(graded)) = (&row.key, &mut row.graded) else { continue };
            if score::verdict(&mut graded.checks.clone(), &row.wall).0 != crate::report::result::Verdict::Pass {
                continue;
            }
            let before = match known.get(key) {
                Some(wall) => Some(wall.clone()),
                // Whoever only looks may be on a machine of another kind, or have fewer processors of the same.
                None => timing.load::<Raced>(key)?.filter(|r| plan.only_known || r.class == class).map(|r| r.wall),
            };
            let settled = before.as_ref().is_some_and(|w| w.outcome != WallOutcome::Inconclusive);
            let again = before.is_none() || (round == 2 && !settled && !plan.only_known);
            row.wall = match (again && !plan.only_known, before) {
                (false, Some(wall)) => wall,
                (false, None) => Wall::not_asked("the race was not run yet"),
                (true, _) => {
                    let reference = match &reference {
                        Some(path) => path,
                        None => reference.insert(reference::program(grader.lab, &grader.toolkit)?),
                    };
                    eprintln!("race {round}: {}", row.name);
                    match race(grader, entry, reference) {
                        Ok(wall) => {
                            timing.replace(key, &Raced { class: class.clone(), wall: wall.clone() })?;
                            wall
                        }
                        // One race that cannot be run must not cost the others theirs. It is not kept: the next run tries again.
                        Err(error) => {
                            eprintln!("race {round}: {}: {}", row.name, printable(&format!("{error:#}")));
                            let why = "the race could not be run".to_owned();
                            Wall { outcome: WallOutcome::Inconclusive, why, ..Wall::not_asked("") }
                        }
                    }
                }
            };
            known.insert(key.clone(), row.wall.clone());
        }
    }
    Ok(())
}

fn race(grader: &Grader, entry: &Entry, reference: &Path) -> Result<Wall> {
    let scratch = Scratch::new("race")?;
    let Ok(staged) = stage(grader, entry, &scratch.path)? else {
        bail!("{} has changed while it was graded", entry.name)
    };
    match one::build(grader, &staged, &scratch.path, &mut one::Cost::default())? {
        Ok(program) => one::race(grader, &program, reference),
        Err(failure) => bail!("{} built before and does not build now: {}", entry.name, failure.message),
    }
}

/// Times are comparable on machines of one kind.
fn machine_class() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find(|l| l.starts_with("model name")).unwrap_or("unknown");
    format!("{model} x {}", crate::timing::gate::usable_cpus())
}
