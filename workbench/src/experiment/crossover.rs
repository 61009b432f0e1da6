//! Where does parallel lose? Ways to hand out tasks, over task sizes.

use super::observe::Observed;
use super::report::Report;
use super::speedup::{self, Way};
use super::{Experiment, Job, Settings};

/// The experiment.
pub const EXPERIMENT: Experiment = Experiment {
    name: "crossover",
    title: "From which task size on do several workers beat one?",
    workers: 2,
    plan,
    judge,
};

const SIZES: [u64; 8] = [200, 500, 1_000, 5_000, 20_000, 100_000, 1_000_000, 10_000_000];

const WAYS: [Way; 5] = [
    Way { name: "queue, one by one", program: "queue", batch: 1 },
    Way { name: "queue, batches of 32", program: "queue", batch: 32 },
    Way { name: "array and indices", program: "index", batch: 1 },
    Way { name: "slice and indices", program: "slice", batch: 1 },
    Way { name: "pipe_queue, one by one", program: "pipe-queue", batch: 1 },
];

fn plan(settings: &Settings) -> Vec<Job> {
    speedup::plan(settings, &WAYS, &SIZES)
}

fn judge(_: &Settings, observed: &Observed) -> Result<Report, String> {
    speedup::judge(&EXPERIMENT, observed, &WAYS, &SIZES)
}
