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

/// The median of the times of `runs` rounds, in each of which every scenario runs once; nanoseconds, or why there is none.
///
/// # Errors
/// Only when something of ours fails.
pub fn medians<const N: usize>(
    lab: &Lab,
    binary: &Path,
    scenarios: &[Scenario; N],
    runs: usize,
) -> Result<Result<[u64; N], String>> {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..runs {
        for (scenario, times) in scenarios.iter().zip(&mut times) {
            match free::run(binary, scenario, &(lab.layout)(&scenario.header), 0)?.end {
                FreeEnd::Done(run) => times.push(run.wall_ns),
                FreeEnd::Failed(why) => return Ok(Err(why)),
            }
        }
    }
    Ok(Ok(times.map(|mut times| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or(0)
    })))
}
