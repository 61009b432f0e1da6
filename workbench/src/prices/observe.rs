//! Collecting samples: every row once a round, in random order, each by a program of its own, with a deadline.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::catalogue::{Family, Row};
use crate::timing::gate::{self, Snapshot};
use crate::timing::simulate::Random;

/// A sample takes milliseconds; one that takes this long will not come any more.
const DEADLINE: Duration = Duration::from_secs(10);

/// Python's programs, one for each row.
const ORIGINALS: &str = concat!(include_str!("python/family.py"), include_str!("python/prices.py"));

/// What one worker did: start, end (monotonic nanoseconds), operations.
pub type Span = (u64, u64, u64);

/// One run of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The row's id.
    pub row: &'static str,
    /// How many workers there were.
    pub workers: usize,
    /// In which round.
    pub round: usize,
    /// What each worker did.
    pub spans: Vec<Span>,
    /// Nanoseconds of a cache line's round trip before and after it.
    pub probes: (u64, u64),
}

/// Everything that was observed.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The samples, in the order in which they were taken.
    pub samples: Vec<Sample>,
    /// What gave no sample: row, workers, why.
    pub missed: Vec<(&'static str, usize, String)>,
    /// For each round, the cores that other programs used.
    pub foreign: Vec<f64>,
}

/// A row with one of its numbers of workers.
pub type Job = (&'static Row, usize);

/// Takes a sample of each job in each of so many rounds. `progress` hears of rounds done.
///
/// # Errors
/// Only when something of ours fails.
pub fn all(lab: &Path, mut jobs: Vec<Job>, rounds: usize, progress: &mut dyn FnMut(usize)) -> Result<Observed> {
    let mut observed = Observed::default();
    let mut random = Random::new(std::process::id().into());
    let mut before = probe(lab)?;
    for round in 0..rounds {
        shuffle(&mut jobs, &mut random);
        let snapshot = Snapshot::take()?;
        for (row, workers) in &jobs {
            let taken = match sample(lab, row, *workers)? {
                Answer::Text(text) => spans(&text),
                Answer::Failed(why) => Err(why),
                Answer::Late(_) => Err(format!("no end within {} s", DEADLINE.as_secs())),
            };
            let after = probe(lab)?;
            match taken {
                Ok(spans) => {
                    let probes = (before, after);
                    observed.samples.push(Sample { row: row.id, workers: *workers, round, spans, probes });
                }
                Err(why) => observed.missed.push((row.id, *workers, why)),
            }
            before = after;
        }
        observed.foreign.push(gate::foreign_cores(&snapshot, &Snapshot::take()?));
        progress(round + 1);
    }
    Ok(observed)
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for at in (1..items.len()).rev() {
        items.swap(at, (random.uniform() * (at + 1) as f64) as usize);
    }
}

/// Whether there is a Python to compare with.
pub fn python_version() -> Option<String> {
    let output = Command::new("python3").arg("--version").output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn sample(lab: &Path, row: &Row, workers: usize) -> Result<Answer> {
    let workers = workers.to_string();
    match row.family {
        Family::Python => answer(Command::new("python3").args(["-I", "-c", ORIGINALS, row.id, &workers]), DEADLINE),
        _ => of_ours(lab, row.id, &workers),
    }
}

/// One sample of ours, as it is printed.
///
/// # Errors
/// When the program cannot be started.
pub fn of_ours(lab: &Path, name: &str, workers: &str) -> Result<Answer> {
    answer(Command::new(lab).args(["sample", name, workers]), DEADLINE)
}

/// How far apart the processors are, in nanoseconds of a cache line's round trip.
fn probe(lab: &Path) -> Result<u64> {
    let answer = answer(Command::new(lab).arg("probe"), DEADLINE)?;
    let Answer::Text(text) = &answer else { bail!("the probe of the processors' distance: {answer:?}") };
    let number = text.trim().strip_prefix("probe ").and_then(|n| n.parse().ok());
    number.with_context(|| format!("the probe answered {text:?}"))
}

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It ended well and had printed this.
    Text(String),
    /// It ended with an error, in these words.
    Failed(String),
    /// It was still running at its deadline and was killed; until then it had printed this.
    Late(String),
}

/// What a program prints until it ends, or until its deadline.
///
/// Its own processes die with it: killing it leaves nobody behind.
///
/// # Errors
/// When it cannot be started.
pub fn answer(command: &mut Command, deadline: Duration) -> Result<Answer> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
    let mut output = child.stdout.take().context("the program's output is piped")?;
    let mut text = Vec::new();
    let until = Instant::now() + deadline;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            // Our own child, by its handle.
            child.kill()?;
            child.wait()?;
            return Ok(Answer::Late(String::from_utf8_lossy(&text).into_owned()));
        }
        let mut wanted = libc::pollfd { fd: output.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one live descriptor.
        let ready = unsafe { libc::poll(&mut wanted, 1, left.as_millis().min(1_000) as i32) };
        if ready <= 0 {
            continue;
        }
        let mut part = [0; 4096];
        match output.read(&mut part)? {
            0 => break,
            bytes => text.extend_from_slice(&part[..bytes]),
        }
    }
    let mut complaint = String::new();
    if let Some(mut errors) = child.stderr.take() {
        errors.read_to_string(&mut complaint)?;
    }
    if !child.wait()?.success() {
        return Ok(Answer::Failed(complaint.lines().last().unwrap_or("it failed without saying why").to_owned()));
    }
    Ok(Answer::Text(String::from_utf8_lossy(&text).into_owned()))
}

/// The spans in a program's words; a sentence when there is none or one that no clock can give.
pub fn spans(text: &str) -> Result<Vec<Span>, String> {
    let read = |line: &str| -> Result<Span> {
        let numbers: Vec<u64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        match numbers[..] {
            [start, end, operations] if start < end => Ok((start, end, operations)),
            _ => bail!("no span"),
        }
    };
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("span ")).collect();
    let spans: Result<Vec<Span>, String> =
        lines.iter().map(|line| read(line).map_err(|_| format!("a worker printed `{line}`"))).collect();
    match spans? {
        spans if spans.iter().map(|s| s.2).sum::<u64>() == 0 => Err("no worker counted an operation".to_owned()),
        spans => Ok(spans),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        assert_eq!(spans("span 5 10 3\nother\nspan 6 12 0\n"), Ok(vec![(5, 10, 3), (6, 12, 0)]));
        for wrong in ["", "span 5 10 0", "span 10 5 3", "span 5 x 3", "span 5 10"] {
            assert!(spans(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut items: Vec<u32> = (0..50).collect();
        shuffle(&mut items, &mut Random::new(3));
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_program_that_fails_or_never_ends_is_a_sentence() {
        let of = |script: &str, ms| answer(Command::new("sh").args(["-c", script]), Duration::from_millis(ms));
        assert_eq!(of("echo span", 60_000).expect("sh starts"), Answer::Text("span\n".to_owned()));
        assert_eq!(of("echo no >&2; exit 3", 60_000).expect("sh starts"), Answer::Failed("no".to_owned()));
        assert_eq!(of("exec sleep 600", 1).expect("sh starts"), Answer::Late(String::new()));
        assert!(answer(&mut Command::new("no-such-program"), Duration::ZERO).is_err());
    }
}
