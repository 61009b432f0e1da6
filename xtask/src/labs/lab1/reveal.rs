//! What `run lab1` shows beside the predictions, measured on the reader's machine with the program at hand.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use shared::boards::lab1::function;

use super::{LAB, oracles, scenarios};
use crate::labs::FREE_WORKERS;
use crate::timing::gate;
use crate::timing::rehearse::{self, Endings};

/// Runs of the baseline.
const RUNS: u32 = 20;
/// A run takes milliseconds; one that takes this long waits for ever, or the machine is very busy.
const LIMIT: Duration = Duration::from_millis(500);
/// Rounds of the race between ways to feed.
const ROUNDS: usize = 5;

/// How the baseline's runs end.
///
/// # Errors
/// Only when something of ours fails.
pub fn baseline(binary: &Path, seed: u64) -> Result<String> {
    let mut scenario = scenarios::crowd(seed);
    scenario.header.roles.iter_mut().for_each(|role| role.function += function::BASELINE);
    let Endings { right, wrong, hung } = rehearse::endings(&LAB, binary, &scenario, oracles::free_run, RUNS, LIMIT)?;
    Ok(format!("of {RUNS} runs of the baseline {hung} hang, {wrong} lose tasks, {right} end well"))
}

/// What a tiny task costs one at a time, in batches, and without a queue.
///
/// # Errors
/// Only when something of ours fails.
pub fn race(binary: &Path, seed: u64) -> Result<String> {
    let ways = [scenarios::serial(seed), scenarios::tiny(seed, 1), scenarios::tiny(seed, 32)];
    Ok(match rehearse::medians(&LAB, binary, &ways, ROUNDS)? {
        Err(why) => format!("tasks of about 1 us, not measured: {why}"),
        Ok([serial, singly, batched]) => {
            let ms = |ns: u64| format!("{:.1} ms", ns as f64 / 1e6);
            let times = |ns: u64| format!("{:.2} times as fast", serial as f64 / ns.max(1) as f64);
            format!(
                "{} tasks of {:.1} us: one worker without a queue {}; {FREE_WORKERS} workers on {:.0} processors, one task \
                 a message, {} ({}); 32 a message, {} ({})",
                scenarios::TINY_TASKS,
                serial as f64 / scenarios::TINY_TASKS as f64 / 1e3,
                ms(serial),
                gate::usable_cpus(),
                ms(singly),
                times(singly),
                ms(batched),
                times(batched),
            )
        }
    })
}
