//! Free runs: the same binary, nobody stepping, timestamps taken inside the workers.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use shared::header::{HEADER_BYTES, Header};
use shared::process::{EXIT_PANICKED, panic_text, reports, times, wait_status};
use shared::region::{Kind, Layout, Region};
use shared::sys;
use shared::trace::{self, Event};

use super::processes::spawn;
use super::watch::process_state;
use crate::labs::{FreeRun, Scenario};

/// Looks after which it is decided whether everyone sleeps: two seconds, more on a busy machine.
const WINDOW: u32 = 1_000;
/// Processor time in which all workers together may wake to look again during so many looks.
const LOOKING_AGAIN: Duration = Duration::from_millis(100);
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
    let hang = wait(&mut crew, limit)?;
    let workers = scenario.workers();
    let hung = hang.is_some();
    let end = match hang {
        Some(why) => FreeEnd::Failed(match (0..workers).find_map(|w| panicked(&payload, w)) {
            Some(panicked) => format!("{panicked}; after that, {why}"),
            None => why,
        }),
        None => outcome(&payload, workers),
    };
    let events = ring.map_or(Vec::new(), |ring| (0..workers).map(|w| trace::read(&ring, w)).collect());
    Ok(Free { end, hung, events })
}

/// What to say of a worker that panicked; the others may wait for it for ever.
fn panicked(payload: &Region, worker: usize) -> Option<String> {
    let status = wait_status(payload, worker)?;
    let name = crate::story::words::worker(worker);
    let panicked = libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == EXIT_PANICKED;
    panicked.then(|| format!("{name} panicked: {}", panic_text(payload, worker)))
}

fn outcome(payload: &Region, workers: usize) -> FreeEnd {
    for worker in 0..workers {
        if let Some(why) = panicked(payload, worker) {
            return FreeEnd::Failed(why);
        }
        let name = crate::story::words::worker(worker);
        match wait_status(payload, worker) {
            Some(0) => {}
            Some(status) if libc::WIFSIGNALED(status) => {
                return FreeEnd::Failed(format!("{name} was ended by signal {}", libc::WTERMSIG(status)));
            }
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
    let mut window = Window::default();
    loop {
        if crew.try_wait()?.is_some() {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
        let pids = children(crew.id());
        let states = pids.iter().filter_map(|pid| Some((*pid, process_state(*pid)?))).collect();
        let cpu = window.look(&states);
        let why = match () {
            () if window.is_hopeless() => "everyone sleeps: the workers wait for each other for ever",
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

/// What was seen of the workers lately.
#[derive(Default)]
struct Window {
    looks: u32,
    /// At how many looks each worker slept or had ended.
    asleep: BTreeMap<u32, u32>,
    cpu_before: Duration,
    cpu: Duration,
}

impl Window {
    /// Adds a look at the workers' states and processor times; gives the sum of the latter.
    fn look(&mut self, states: &BTreeMap<u32, (char, Duration)>) -> Duration {
        if self.looks == WINDOW {
            *self = Window { cpu_before: self.cpu, ..Window::default() };
        }
        self.looks += 1;
        self.cpu = states.values().map(|(_, cpu)| *cpu).sum();
        for (pid, (state, _)) in states {
            *self.asleep.entry(*pid).or_default() += u32::from(matches!(state, 'S' | 'Z'));
        }
        self.cpu
    }

    /// Whether everyone sleeps, apart from waking now and then to look again. Whoever works, or would if it were given a
    /// processor, does not sleep at any look.
    fn is_hopeless(&self) -> bool {
        let sleepy = self.asleep.values().all(|looks| looks * 5 >= WINDOW);
        self.looks == WINDOW && sleepy && self.cpu.saturating_sub(self.cpu_before) <= LOOKING_AGAIN
    }
}

fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|p| p.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a window is hopeless in which two workers are seen so at look `at`: (state, processor milliseconds).
    fn hopeless(workers: [fn(u64) -> (char, u64); 2]) -> bool {
        let mut window = Window::default();
        (0..2 * u64::from(WINDOW)).any(|at| {
            let seen = |w: usize| (w as u32, (workers[w](at).0, Duration::from_millis(workers[w](at).1)));
            window.look(&BTreeMap::from([seen(0), seen(1)]));
            window.is_hopeless()
        })
    }

    #[test]
    fn sleepers_are_hopeless_and_whoever_works_or_wants_to_is_not() {
        let asleep = |_: u64| ('S', 10);
        let ended = |_: u64| ('Z', 10);
        let looks_again_on_a_busy_machine = |at: u64| (if at.is_multiple_of(3) { 'S' } else { 'R' }, at / 100);
        let without_a_processor = |_: u64| ('R', 10);
        let works = |at: u64| (if at.is_multiple_of(2) { 'S' } else { 'R' }, at);
        assert!(hopeless([asleep, ended]));
        assert!(hopeless([asleep, looks_again_on_a_busy_machine]));
        assert!(!hopeless([asleep, without_a_processor]));
        assert!(!hopeless([asleep, works]));
    }
}
