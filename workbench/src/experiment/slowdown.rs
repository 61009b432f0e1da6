//! The exercise: the same tasks in several architectures. Which of them slow down, and when?

use super::observe::Observed;
use super::report::Report;
use super::speedup::{self, Way};
use super::{Experiment, Job, Settings};

/// The experiment.
pub const EXPERIMENT: Experiment =
    Experiment { name: "slowdown", title: "How much does talking slow down the same tasks?", workers: 4, plan, judge };

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

const fn way(name: &'static str, program: &'static str) -> Way {
    Way { name, program, batch: 1 }
}

const WAYS: [Way; 7] = [
    way("pure parallel", "shares"),
    way("quiet", "quiet"),
    way("queue heavy", "queue"),
    way("shared lock", "shared-total"),
    way("barrier rounds", "meetings"),
    way("rayon threads", "rayon"),
    way("crossbeam channel", "channel"),
];

fn plan(settings: &Settings) -> Vec<Job> {
    speedup::plan(settings, &WAYS, &SIZES)
}

fn judge(_: &Settings, observed: &Observed) -> Result<Report, String> {
    speedup::judge(&EXPERIMENT, observed, &WAYS, &SIZES)
}
