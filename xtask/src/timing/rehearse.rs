//! Free runs again and again, for readers who want to see what their own machine says. Nothing here is a verdict.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::drive::free::{self, FreeEnd};
use crate::labs::{Finding, FreeRun, Lab, Scenario};

/// How some free runs of one scenario ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// With the right result.
    pub right: u32,
    /// With a wrong result, or by a crash.
    pub wrong: u32,
    /// Not by themselves.
    pub hung: u32,
}

/// Runs the scenario `runs` times, each for at most `limit`, and judges each run that ends.
///
/// # Errors
/// Only when something of ours fails.
pub fn endings(
    lab: &Lab,
    binary: &Path,
    scenario: &Scenario,
    judge: fn(&Scenario, &FreeRun) -> Option<Finding>,
    runs: u32,
    limit: Duration,
) -> Result<Endings> {
    let layout = (lab.layout)(&scenario.header);
    let mut endings = Endings::default();
    for _ in 0..runs {
        let free = free::run_within(binary, scenario, &layout, 0, limit)?;
        match free.end {
            _ if free.hung => endings.hung += 1,
            FreeEnd::Done(run) if judge(scenario, &run).is_none() => endings.right += 1,
            _ => endings.wrong += 1,
        }
    }
    Ok(endings)
}

/// The median of each scenario's times in so many rounds, in each of which every scenario runs once; nanoseconds, or why
/// there is none.
///
/// # Errors
/// Only when something of ours fails.
pub fn medians(lab: &Lab, binary: &Path, scenarios: &[Scenario], rounds: u32) -> Result<Result<Vec<u64>, String>> {
    let mut times = vec![Vec::new(); scenarios.len()];
    for _ in 0..rounds {
        for (scenario, times) in scenarios.iter().zip(&mut times) {
            match free::run(binary, scenario, &(lab.layout)(&scenario.header), 0)?.end {
                FreeEnd::Done(run) => times.push(run.wall_ns),
                FreeEnd::Failed(why) => return Ok(Err(why)),
            }
        }
    }
    let median = |mut times: Vec<u64>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or(0)
    };
    Ok(Ok(times.into_iter().map(median).collect()))
}
