//! The lecture's experiments, on the reader's machine.
//!
//! [`observe`] runs the samples, each by a program of its own with real workers (the package `experiments`), in rounds
//! and in random order. Each experiment has a file with two pure functions: its plan, and its judgement of what was observed,
//! which [`report`] renders as a table, a document and a plot.

pub mod check_interval;
pub mod crossover;
pub mod fraud;
pub mod observe;
pub mod recorded;
pub mod report;
pub mod slowdown;
pub mod spectrum;
mod speedup;
pub mod stats;

use observe::Observed;
use report::Report;

/// How large an experiment is to be.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Worker processes or threads.
    pub workers: u64,
    /// How often each sample is taken.
    pub rounds: usize,
    /// By what the sizes are divided: 1, or more to see only whether it works.
    pub shrink: u64,
    /// What one loop of work takes here, nanoseconds.
    pub loop_ns: f64,
}

/// One sample to be taken in each round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Which of the experiment's variants it belongs to.
    pub variant: &'static str,
    /// At which size: an interval, nanoseconds a task, a number of workers.
    pub at: u64,
    /// What the measuring program is asked for …
    pub name: &'static str,
    /// … with these numbers.
    pub numbers: Vec<(&'static str, u64)>,
    /// What it is compared with: taken right before or after it, so that both see the same machine.
    pub against: Option<Program>,
}

/// What the measuring program is asked for, and with which numbers.
pub type Program = (&'static str, Vec<(&'static str, u64)>);

/// An experiment.
pub struct Experiment {
    /// Its name on the command line.
    pub name: &'static str,
    /// The question that it answers.
    pub title: &'static str,
    /// Workers when nobody says.
    pub workers: u64,
    /// The samples of one round.
    pub plan: fn(&Settings) -> Vec<Job>,
    /// What the observations say; an error is a sentence about observations that cannot be.
    pub judge: fn(&Settings, &Observed) -> Result<Report, String>,
}

/// All experiments.
pub const EXPERIMENTS: &[&Experiment] = &[
    &check_interval::EXPERIMENT,
    &fraud::EXPERIMENT,
    &crossover::EXPERIMENT,
    &slowdown::EXPERIMENT,
    &spectrum::EXPERIMENT,
];

/// The experiment with this name.
///
/// # Errors
/// A sentence that names those there are.
pub fn find(name: &str) -> Result<&'static Experiment, String> {
    let known: Vec<&str> = EXPERIMENTS.iter().map(|e| e.name).collect();
    let found = EXPERIMENTS.iter().find(|e| e.name == name).copied();
    found.ok_or_else(|| format!("there is no experiment `{name}`; there are {}", known.join(", ")))
}

#[cfg(test)]
mod tests;
