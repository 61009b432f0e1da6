//! Taking samples: every job once a round, in random order, beside what it is compared with, each by a program of its own,
//! with a deadline.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;
use shared::sys::hermetic::mix;

use super::Job;
use crate::timing::gate::{self, Snapshot};

/// A sample takes at most a second or so; one that takes this long will not come any more.
const DEADLINE: Duration = Duration::from_secs(120);
/// How often we look whether a sample has come.
const LOOK: Duration = Duration::from_millis(1);

/// One line that a worker printed: its numbers by their names.
pub type Line = BTreeMap<String, u64>;

/// One sample: what the workers of one job printed in one round.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    /// The job's variant.
    pub variant: &'static str,
    /// The job's size.
    pub at: u64,
    /// In which round, from 0.
    pub round: usize,
    /// The lines, in the order in which they came.
    pub lines: Vec<Line>,
    /// The lines of what it is compared with; none when it is compared with nothing.
    pub against: Vec<Line>,
}

/// Everything that was observed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Observed {
    /// The samples, in the order in which they were taken.
    pub samples: Vec<Sample>,
    /// For each round, the processors that other programs used.
    pub foreign: Vec<f64>,
}

impl Observed {
    /// The samples of a variant at a size, by round.
    pub fn of(&self, variant: &str, at: u64) -> Vec<&Sample> {
        let mut all: Vec<&Sample> = self.samples.iter().filter(|s| s.variant == variant && s.at == at).collect();
        all.sort_by_key(|s| s.round);
        all
    }
}

impl Sample {
    /// The numbers that the workers printed under a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = u64> + 'a {
        self.lines.iter().filter_map(move |line| line.get(name).copied())
    }

    /// From the first worker's start to the last one's end, nanoseconds.
    pub fn makespan(&self) -> f64 {
        makespan(&self.lines)
    }

    /// The makespan of what it is compared with.
    pub fn other_makespan(&self) -> f64 {
        makespan(&self.against)
    }
}

fn makespan(lines: &[Line]) -> f64 {
    let all = |name: &'static str| lines.iter().filter_map(move |line| line.get(name).copied());
    let (start, end) = (all("start").min().unwrap_or(0), all("end").max().unwrap_or(0));
    end.saturating_sub(start) as f64
}

/// Takes a sample of each job in each of so many rounds. `progress` hears how many of how many samples there are.
///
/// # Errors
/// Only when something of ours fails; a sample that does not come is that too.
pub fn all(program: &Path, jobs: &[Job], rounds: usize, progress: &mut dyn FnMut(usize, usize)) -> Result<Observed> {
    let mut observed = Observed::default();
    let mut order: Vec<&Job> = jobs.iter().collect();
    for round in 0..rounds {
        shuffle(&mut order, mix(u64::from(std::process::id())) ^ round as u64);
        let before = Snapshot::take()?;
        for job in &order {
            let own = || sample(program, job.name, &job.numbers);
            let other =
                || job.against.as_ref().map_or(Ok(Vec::new()), |(name, numbers)| sample(program, name, numbers));
            // Who goes first changes: a machine that warms up favours the second.
            let own_first = mix(observed.samples.len() as u64) & 1 == 0;
            let (lines, against) = if own_first {
                (own()?, other()?)
            } else {
                let first = other()?;
                (own()?, first)
            };
            observed.samples.push(Sample { variant: job.variant, at: job.at, round, lines, against });
            progress(observed.samples.len(), jobs.len() * rounds);
        }
        observed.foreign.push(gate::foreign_cores(&before, &Snapshot::take()?));
    }
    Ok(observed)
}

/// What one loop of work takes here, nanoseconds: the median of some runs without anybody beside them.
///
/// # Errors
/// Only when something of ours fails.
pub fn loop_ns(program: &Path, loops: u64) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..5 {
        times.push(makespan(&sample(program, "serial", &[("work", loops), ("tasks", 1)])?) / loops as f64);
    }
    Ok(super::stats::spread(times.into_iter()).mid)
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], seed: u64) {
    for at in (1..items.len()).rev() {
        items.swap(at, (mix(seed ^ (at as u64) << 32) % (at as u64 + 1)) as usize);
    }
}

fn sample(program: &Path, name: &str, numbers: &[(&str, u64)]) -> Result<Vec<Line>> {
    let mut command = Command::new(program);
    command.args(["sample", &std::process::id().to_string(), name]);
    command.args(numbers.iter().map(|(key, number)| format!("{key}={number}")));
    let said = answer(&mut command, DEADLINE).with_context(|| format!("the sample `{name}` of {numbers:?}"))?;
    let lines: Result<Vec<Line>> = said.lines().map(parse).collect();
    let lines = lines.with_context(|| format!("what the sample `{name}` printed"))?;
    anyhow::ensure!(!lines.is_empty(), "the sample `{name}` of {numbers:?} printed nothing");
    Ok(lines)
}

fn parse(line: &str) -> Result<Line> {
    let pair = |word: &str| {
        let (key, number) = word.split_once('=')?;
        Some((key.to_owned(), number.parse().ok()?))
    };
    let words: Option<Line> = line.split_whitespace().map(pair).collect();
    words.filter(|w| !w.is_empty()).with_context(|| format!("`{line}` is no line of key=number"))
}

/// What a program prints until it ends. Its workers die with it: killing it leaves nobody behind.
fn answer(command: &mut Command, deadline: Duration) -> Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().context("starting it")?;
    let mut output = child.stdout.take().context("its output is piped")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).map(|_| text)
    });
    let until = Instant::now() + deadline;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= until {
            // Our own child, by its handle.
            child.kill()?;
            child.wait()?;
            anyhow::bail!("no end within {} s", deadline.as_secs());
        }
        std::thread::sleep(LOOK);
    };
    let text = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))?.context("reading what it prints")?;
    anyhow::ensure!(status.success(), "it failed ({status})");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbers_by_name() {
        let line = parse("start=5 end=9").expect("a line");
        assert_eq!((line["start"], line["end"]), (5, 9));
        for wrong in ["", "start", "start=x", "start=1 end"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_makespan_is_from_the_first_start_to_the_last_end() {
        let lines = ["start=5 end=9", "start=3 end=7"].map(|l| parse(l).expect("a line")).to_vec();
        assert_eq!(makespan(&lines), 6.0);
    }

    #[test]
    fn shuffling_keeps_everything_and_differs_by_seed() {
        let of = |seed| {
            let mut items: Vec<u32> = (0..50).collect();
            shuffle(&mut items, seed);
            items
        };
        assert_ne!(of(1), of(2));
        let mut sorted = of(3);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_program_that_fails_or_never_ends_is_an_error() {
        let of = |script: &str, ms| answer(Command::new("sh").args(["-c", script]), Duration::from_millis(ms));
        assert_eq!(of("echo a=1", 60_000).expect("it ends well"), "a=1\n");
        assert!(of("exit 3", 60_000).is_err());
        let slow = of("exec sleep 600", 1).expect_err("it never ends");
        assert!(slow.to_string().contains("no end within"), "{slow}");
    }
}
