//! Free runs: the same binary, nobody stepping, timestamps taken inside the workers.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context, Result};
use shared::header::{HEADER_BYTES, Header};
use shared::process::{reports, times, wait_status};
use shared::region::{Kind, Layout, Region};
use shared::sys;
use shared::trace::{self, Event};

use super::processes::{process_state, spawn};
use crate::labs::{FreeRun, Scenario};

/// Workers that sleep this long, all of them, having used no processor time, wait for each other for ever.
const ASLEEP: Duration = Duration::from_secs(2);
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
    /// One a worker; empty when not traced.
    pub events: Vec<(Vec<Event>, u64)>,
}

/// Runs the scenario once, free. `events`: how many events of each worker to keep; 0: no tracing.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(binary: &Path, scenario: &Scenario, layout: &Layout, events: usize) -> Result<Free> {
    let (header_file, header) = Region::create("lab-header", HEADER_BYTES).context("shared memory for the header")?;
    Header { grader: u64::from(std::process::id()), ..scenario.header.clone() }.write(&header);
    sys::seal_against_writers(&header_file).context("sealing the header")?;
    let len = layout.bytes().next_multiple_of(4096);
    let (payload_file, payload) = Region::create("lab-payload", len).context("shared memory for the lab")?;
    for object in &layout.objects {
        if let Kind::Cell { init } = object.kind {
            payload.word(object.offset).store(init, Relaxed);
        }
    }
    let mut files: Vec<OwnedFd> = vec![header_file, payload_file];
    let mut ring = None;
    if events > 0 {
        let bytes = trace::bytes(shared::region::MAX_WORKERS, events);
        let (file, region) = Region::create("lab-trace", bytes).context("shared memory for the trace")?;
        files.push(file);
        ring = Some(region);
    }
    let mut crew = spawn(binary, "__crew", &files)?;
    let hang = wait(&mut crew)?;
    let workers = scenario.workers();
    let end = match hang {
        Some(why) => FreeEnd::Failed(why),
        None => outcome(&payload, workers),
    };
    let events = ring.map_or(Vec::new(), |ring| (0..workers).map(|w| trace::read(&ring, w)).collect());
    Ok(Free { end, events })
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
fn wait(crew: &mut Child) -> Result<Option<String>> {
    let mut last = Duration::ZERO;
    let mut quiet = Duration::ZERO;
    loop {
        if crew.try_wait()?.is_some() {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
        let workers = children(crew.id());
        let states: Vec<(char, Duration)> = workers.iter().filter_map(|pid| process_state(*pid)).collect();
        let cpu: Duration = states.iter().map(|(_, cpu)| *cpu).sum();
        let asleep = states.iter().all(|(state, _)| matches!(state, 'S' | 'Z'));
        quiet = if asleep && cpu == last { quiet + LOOK } else { Duration::ZERO };
        last = cpu;
        let why = match () {
            () if quiet >= ASLEEP => "everyone sleeps: the workers wait for each other for ever",
            () if cpu >= ENDLESS => "no end after 20 seconds of processor time; milliseconds are needed",
            () => continue,
        };
        // The crew's workers die with it.
        let _ = crew.kill();
        crew.wait()?;
        return Ok(Some(why.to_owned()));
    }
}

fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|p| p.parse().ok()).collect()
}
