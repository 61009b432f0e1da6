//! `cargo xtask bench`: the project's benchmarks, against their targets and against their record.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::benchmarks::fairness::{self, Fairness, Waits};
use crate::benchmarks::{BENCHMARKS, Record, Source, job, table};
use crate::cli::Code;
use crate::prices::judge::{quantile, ratios};
use crate::prices::observe::{self, Answer, Job, Observed};
use crate::report::{data, provenance, result};
use crate::submit::pricelab;
use crate::timing::gate::BUSY;

/// Whose fairness is looked at, and with how many workers.
const CONTENDED: [&str; 3] = ["lock-waits", "pthread-robust-waits", "std-mutex-waits"];
const CONTENDERS: &str = "4";

/// Measures, shows, compares; records if wanted.
///
/// # Errors
/// Only when something of ours fails, or `--compare` finds no record.
pub fn run(rounds: usize, compare: bool, record: bool) -> Result<Code> {
    let recorded = read_record()?;
    if compare && recorded.is_none() {
        bail!("there is no record to compare with; `cargo xtask bench --record` makes one");
    }
    let lab = pricelab::program()?;
    let now = measure(&lab, rounds)?;
    println!("{}\n", now.provenance.line());
    if let Some(recorded) = &recorded {
        println!("recorded on {}\n", recorded.provenance.line());
    }
    print!("{}", table::render(&now, recorded.as_ref()));
    if now.busy_rounds > 0 {
        println!("Other programs used the processors in {} of {rounds} rounds.", now.busy_rounds);
    }
    if record {
        data::write(&data::file("bench.json"), &serde_json::to_string(&now)?.replace("[\"", "\n[\""))?;
    }
    let worse = recorded.is_some_and(|recorded| table::anything_worse(&now, &recorded));
    Ok(if compare && worse { Code::Fail } else { Code::Pass })
}

fn read_record() -> Result<Option<Record>> {
    let file = data::file("bench.json");
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| format!("{} is no record of benchmarks", file.display())).map(Some)
}

fn measure(lab: &Path, rounds: usize) -> Result<Record> {
    let mut jobs: Vec<Job> = Vec::new();
    for bench in BENCHMARKS {
        let Source::Rows(over, under) = bench.source else { continue };
        for side in [over, under].into_iter().filter_map(job) {
            if !jobs.contains(&side) {
                jobs.push(side);
            }
        }
    }
    eprintln!("{} benchmarks in {rounds} rounds …", BENCHMARKS.len());
    let observed = observe::all(lab, jobs, rounds, &mut |round| eprintln!("round {round} of {rounds}"))?;
    for (row, workers, why) in &observed.missed {
        eprintln!("not measured: {row} with {workers}: {why}");
    }
    let mut all = Vec::new();
    for bench in BENCHMARKS {
        all.push((bench.id.to_owned(), of(lab, bench.source, &observed, rounds)?));
    }
    Ok(Record {
        schema: result::SCHEMA,
        provenance: provenance::here(&format!("cargo xtask bench --rounds {rounds}")),
        rounds,
        busy_rounds: observed.foreign.iter().filter(|cores| **cores > BUSY).count(),
        ratios: all,
        fairness: contended(lab, rounds)?,
    })
}

/// A benchmark's ratios, one a round.
fn of(lab: &Path, source: Source, observed: &Observed, rounds: usize) -> Result<Vec<f64>> {
    match source {
        Source::Rows(over, under) => {
            let samples: Vec<_> = observed.samples.iter().collect();
            Ok(ratios(&samples, over, under))
        }
        Source::InTurn(name) => {
            let samples = (0..rounds).map(|_| observe::of_ours(lab, name, "1")).collect::<Result<Vec<_>>>()?;
            Ok(samples.iter().filter_map(in_turn).collect())
        }
    }
}

/// The median ratio of the turns that a program printed: `turn OVER UNDER`.
fn in_turn(answer: &Answer) -> Option<f64> {
    let Answer::Text(text) = answer else { return None };
    let ratio = |line: &str| {
        let (over, under) = line.strip_prefix("turn ")?.split_once(' ')?;
        Some(over.parse::<f64>().ok()? / under.parse::<f64>().ok()?)
    };
    let all: Vec<f64> = text.lines().filter_map(ratio).collect();
    quantile(&all, 0.5)
}

/// Every lock in turn, round after round.
fn contended(lab: &Path, rounds: usize) -> Result<Vec<Fairness>> {
    let mut samples: Vec<(&str, Vec<Waits>)> = CONTENDED.iter().map(|row| (*row, Vec::new())).collect();
    for _ in 0..rounds {
        for (row, waits) in &mut samples {
            let Answer::Text(text) = observe::of_ours(lab, row, CONTENDERS)? else { continue };
            waits.extend(observe::spans(&text).ok().and_then(|spans| fairness::parse(&text, spans)));
        }
    }
    Ok(samples.iter().filter_map(|(row, waits)| fairness::judge(row, waits)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_give_their_median_ratio() {
        let text = "turn 30 10\nturn 20 10\nspan 1 2 3\nturn 10 10\n".to_owned();
        assert_eq!(in_turn(&Answer::Text(text.clone())), Some(2.0));
        assert_eq!(in_turn(&Answer::Late(text)), None);
        assert_eq!(in_turn(&Answer::Text("span 1 2 3\n".to_owned())), None);
    }
}
