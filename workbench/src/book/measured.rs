//! What the marks of the project's own measurements show: tables, and single figures within a sentence.

use anyhow::{Context, Result, bail};
use grader::judge::score::WITHOUT_A_REAL_RUN;

use super::marks::fenced;
use super::records::Records;
use crate::benchmarks::compare::{self, median};
use crate::drive::watch::HANG_CPU;
use crate::labs::LABS;
use crate::measured::{checks, thousands};
use crate::report::provenance::Provenance;
use crate::search::dependence::Rule;
use crate::search::soundness;
use crate::timing::wall::SOLUTION;
use crate::timing::{gate, vote};

/// What stands between a mark and its end.
///
/// # Errors
/// When there is no such mark, or the record lacks what it asks for.
pub fn show(words: &[&str], records: &Records) -> Result<String> {
    let own = &records.own;
    match *words {
        ["clock"] => Ok(block(&own.clock.table(), &own.clock.provenance)),
        ["build"] => Ok(block(&own.build.table(), &own.build.provenance)),
        ["build", name, what] => build(records, name, what),
        ["latency"] => Ok(block(&own.latency.table(), &own.latency.provenance)),
        ["profiles"] => Ok(block(&own.profiles.table(), &own.profiles.provenance)),
        ["explorer"] => Ok(block(&own.explorer.table(), &own.explorer.provenance)),
        ["grading"] => Ok(block(&own.grading.table(), &own.grading.provenance)),
        ["grading", what] => grading(records, what),
        ["checks", "solutions"] => Ok(own.checks.of_solutions()),
        ["checks", "corpus"] => Ok(block(&own.checks.above(), &own.checks.provenance)),
        ["soundness"] => Ok(block(&own.soundness.table(), &own.soundness.provenance)),
        ["soundness", what] => own.soundness.count(what).map(thousands).context("no such count of programs"),
        ["attacks"] => Ok(own.attacks.says()),
        ["crash", "repeat"] => Ok(records.crashes.repeat.to_string()),
        ["crash", "deadline"] => Ok(format!("{} s", records.crashes.deadline_s)),
        ["from", name] => Ok(format!("\n{}\n", provenance(records, name)?.caption())),
        ["rules", which] => rules(which),
        ["limit", name] => limit(name),
        ["ratio", id] => {
            let ratios = median(records.bench.ratios(id)).with_context(|| format!("no ratios of `{id}`"))?;
            Ok(format!("{:.2}", ratios.middle))
        }
        ["pairs", what] => pairs(records, what),
        ["race", what] => race(records, what),
        _ => bail!("`{}` is no mark; the list is in workbench/src/book/marks.rs", words.join(" ")),
    }
}

/// A table as it stands in the terminal, and below it where it comes from.
pub fn block(table: &str, whose: &Provenance) -> String {
    format!("{}\n{}\n", fenced(table), whose.caption())
}

/// For records that are shown only as figures within sentences.
fn provenance<'r>(records: &'r Records, name: &str) -> Result<&'r Provenance> {
    Ok(match name {
        "attacks" => &records.own.attacks.provenance,
        _ => bail!("`{name}`: no record is captioned by this name"),
    })
}

fn build(records: &Records, name: &str, what: &str) -> Result<String> {
    let row = records.own.build.find(name).with_context(|| format!("no build `{name}`"))?;
    match what {
        "seconds" => Ok(format!("{:.0} s", row.seconds)),
        "cpu" => Ok(format!("{:.0} s", row.cpu)),
        _ => bail!("a build has `seconds` and `cpu`, no `{what}`"),
    }
}

fn grading(records: &Records, what: &str) -> Result<String> {
    let grading = &records.own.grading;
    Ok(match what {
        "submissions" => grading.build_ms.len().to_string(),
        "level" => grading.level.clone(),
        "each" => format!("{:.2}", grading.each()),
        "again" => format!("{:.1} s", grading.again),
        "result" => format!("{:.0} kB", grading.kilobytes().0),
        "picture" => format!("{:.0} kB", grading.kilobytes().1),
        "hours" => format!("{:.0}", grading.hours(LARGE)),
        _ => bail!("no figure `{what}` of grading"),
    })
}

/// The class that the cost model is worked out for.
const LARGE: u64 = 100_000;

/// How many rules of dependence there are: of those that can lose outcomes, and of those that only say what made a step
/// possible.
fn rules(which: &str) -> Result<String> {
    let count = match which {
        "lost" => Rule::ALL.len() - Rule::ENABLING.len(),
        "enabling" => Rule::ENABLING.len(),
        _ => bail!("rules are `lost` or `enabling`"),
    };
    Ok(count.to_string())
}

/// A threshold, from where the code has it.
fn limit(name: &str) -> Result<String> {
    Ok(match name {
        "alone" => vote::ALONE.to_string(),
        "least-cores" => vote::LEAST_CORES.to_string(),
        "busy" => gate::BUSY.to_string(),
        "change" => format!("{:.0} %", 100.0 * compare::LEAST),
        "check" => format!("{} s", checks::LIMIT.as_secs()),
        "hang" => format!("{} s", HANG_CPU.as_secs_f64()),
        "real-run" => WITHOUT_A_REAL_RUN.to_string(),
        "second-pass" => {
            let checks = LABS.iter().flat_map(|lab| lab.checks).filter(|check| check.asks.starts_with("second pass"));
            let (least, most) = range(checks.map(|check| check.points)).context("no check is a second pass")?;
            format!("{least} to {most}")
        }
        "schedules" => thousands(soundness::BRUTE_FORCE),
        _ => bail!("no limit `{name}`"),
    })
}

/// About the recorded pairs: how many a series has, and how many processors a program keeps busy that works under its lock.
fn pairs(records: &Records, what: &str) -> Result<String> {
    let series = &records.pairs.series;
    match what {
        "each" => {
            let (least, most) = range(series.iter().map(|s| s.pairs.len() as u32)).context("no series")?;
            Ok(if least == most { least.to_string() } else { format!("{least} to {most}") })
        }
        "serialised" => {
            let found = series.iter().find(|s| s.load == "quiet" && s.program == "serialised");
            let busy = found.and_then(|s| range(s.pairs.iter().map(|kept| kept.2)));
            let (least, most) = busy.context("no quiet pairs of the serialised program")?;
            Ok(format!("{:.2} to {:.2}", f64::from(least) / 100.0, f64::from(most) / 100.0))
        }
        _ => bail!("no figure `{what}` of the pairs"),
    }
}

fn range(numbers: impl Iterator<Item = u32> + Clone) -> Option<(u32, u32)> {
    Some((numbers.clone().min()?, numbers.max()?))
}

/// How long the solution's race takes on a quiet machine, and what that makes of a large class.
fn race(records: &Records, what: &str) -> Result<String> {
    let row = records.wall.rows.iter().find(|row| row.load == "quiet" && row.program == SOLUTION);
    let row = row.context("wall.json has no quiet races of the solution")?;
    let seconds = |ms: u64| ms as f64 / 1e3;
    Ok(match what {
        "median" => format!("{:.1} s", seconds(row.median_ms)),
        "longest" => format!("{:.1} s", seconds(row.longest_ms)),
        "hours" => format!("{:.0}", seconds(row.median_ms) * LARGE as f64 / 3600.0),
        _ => bail!("no figure `{what}` of the race"),
    })
}
