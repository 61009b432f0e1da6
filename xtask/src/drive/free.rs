//! Free runs: the same binary, nobody stepping, timestamps taken inside the workers.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use shared::header::{HEADER_BYTES, Header};
use shared::process::{reports, times, wait_status};
use shared::region::{Layout, Region};
use shared::sys;
use shared::trace::{self, Event};

use super::processes::{process_state, spawn};
use crate::labs::{FreeRun, Scenario};

/// Workers that sleep this long, all of them, wait for each other for ever. Who waits in the toolkit wakes up now and then
/// to see whether somebody died, so a little processor time, and a look that finds somebody awake, do not count.
const ASLEEP: Duration = Duration::from_secs(2);
/// The most processor time of sleepers, as a share of the time they sleep: one part in so many.
const LITTLE: u32 = 20;
/// The most looks that may find a sleeper awake: one in so many.
const FEW: u32 = 10;
/// Processor time after which a free run, which needs milliseconds, counts as endless.
const ENDLESS: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(2);

/// What became of a free run.
pub enum FreeEnd {
    /// Everybody finished.
    Done(FreeRun),
    /// It did not end, or not well; the sentence says how.
    Failed(String),
}

/// A free run and, if asked for, what each worker did: its events and how many were lost.
pub struct Free {
    /// How it ended.
    pub end: FreeEnd,
    /// It did not end by itself and was killed; `end` says why.
    pub hung: bool,
    /// One a worker; empty when not traced.
    pub events: Vec<(Vec<Event>, u64)>,
}

/// Runs the scenario once, free. `events`: how many events of each worker to keep; 0: no tracing.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(binary: &Path, scenario: &Scenario, layout: &Layout, events: usize) -> Result<Free> {
    run_within(binary, scenario, layout, events, Duration::MAX)
}

/// As [`run`], but a run that has not ended after `limit` is killed. Not for verdicts: a busy machine takes longer.
///
/// # Errors
/// Only when something of ours fails.
pub fn run_within(binary: &Path, scenario: &Scenario, layout: &Layout, events: usize, limit: Duration) -> Result<Free> {
    let (header_file, header) = Region::create("lab-header", HEADER_BYTES).context("shared memory for the header")?;
    Header { grader: u64::from(std::process::id()), ..scenario.header.clone() }.write(&header);
    sys::seal_against_writers(&header_file).context("sealing the header")?;
    let len = layout.bytes().next_multiple_of(4096);
    let (payload_file, payload) = Region::create("lab-payload", len).context("shared memory for the lab")?;
    let mut files: Vec<OwnedFd> = vec![header_file, payload_file];
    let mut ring = None;
    if events > 0 {
        let bytes = trace::bytes(shared::region::MAX_WORKERS, events);
        let (file, region) = Region::create("lab-trace", bytes).context("shared memory for the trace")?;
        files.push(file);
        ring = Some(region);
    }
    let mut crew = spawn(binary, "__crew", &files)?;
    let hang = wait(&mut crew, limit)?;
    let workers = scenario.workers();
    let hung = hang.is_some();
    let end = match hang {
        Some(why) => FreeEnd::Failed(why),
        None => outcome(&payload, workers),
    };
    let events = ring.map_or(Vec::new(), |ring| (0..workers).map(|w| trace::read(&ring, w)).collect());
    Ok(Free { end, hung, events })
}

fn outcome(payload: &Region, workers: usize) -> FreeEnd {
    for worker in 0..workers {
        let name = crate::story::words::worker(worker);
        match wait_status(payload, worker) {
            Some(0) => {}
            Some(status) if libc::WIFSIGNALED(status) => {
                return FreeEnd::Failed(format!("{name} was ended by signal {}", libc::WTERMSIG(status)));
            }
            Some(status) if libc::WEXITSTATUS(status) == 101 => return FreeEnd::Failed(format!("{name} panicked")),
            Some(status) => {
                return FreeEnd::Failed(format!("{name} left with exit code {}", libc::WEXITSTATUS(status)));
            }
            None => return FreeEnd::Failed(format!("{name} never ended")),
        }
    }
    let spans: Vec<(u64, u64)> = (0..workers).map(|w| times(payload, w)).collect();
    let first = spans.iter().map(|(start, _)| *start).min().unwrap_or(0);
    let last = spans.iter().map(|(_, end)| *end).max().unwrap_or(0);
    FreeEnd::Done(FreeRun {
        reports: (0..workers).map(|w| reports(payload, w)).collect(),
        wall_ns: last.saturating_sub(first),
    })
}

/// Waits for the crew. `Some(why)`: it would never have ended, and was killed.
fn wait(crew: &mut Child, limit: Duration) -> Result<Option<String>> {
    let started = Instant::now();
    let mut window = Window::new(Duration::ZERO);
    loop {
        if crew.try_wait()?.is_some() {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
        let workers = children(crew.id());
        let states: Vec<(char, Duration)> = workers.iter().filter_map(|pid| process_state(*pid)).collect();
        let cpu: Duration = states.iter().map(|(_, cpu)| *cpu).sum();
        window.looks += 1;
        window.awake += u32::from(!states.iter().all(|(state, _)| matches!(state, 'S' | 'Z')));
        let over = window.began.elapsed() >= ASLEEP;
        let quiet = over && window.is_quiet(cpu);
        if over {
            window = Window::new(cpu);
        }
        let why = match () {
            () if quiet => "everyone sleeps: the workers wait for each other for ever",
            () if cpu >= ENDLESS => "no end after 20 seconds of processor time; milliseconds are needed",
            () if started.elapsed() >= limit => "no end within the time that it was given",
            () => continue,
        };
        // The crew's workers die with it.
        let _ = crew.kill();
        crew.wait()?;
        return Ok(Some(why.to_owned()));
    }
}

/// What was seen of the workers in a stretch of [`ASLEEP`].
struct Window {
    began: Instant,
    /// The workers' processor time when it began.
    cpu: Duration,
    looks: u32,
    /// Looks that found somebody awake.
    awake: u32,
}

impl Window {
    fn new(cpu: Duration) -> Window {
        Window { began: Instant::now(), cpu, looks: 0, awake: 0 }
    }

    /// Whether everybody slept through it, now that the workers have used so much processor time.
    fn is_quiet(&self, cpu: Duration) -> bool {
        self.awake * FEW <= self.looks && cpu.saturating_sub(self.cpu) <= ASLEEP / LITTLE
    }
}

fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|p| p.parse().ok()).collect()
}
