//! Given, complete, and right in its answers: one worker does everything, and whoever times it looks at the clock once.
//!
//! It is what every parallel program has to beat. `cargo xtask run lab5` shows which of yours do.

use shared::boards::lab5::{Board, Cost, Functions, Job, Row, Stats};

/// The baseline as the toolkit calls it.
pub const SERIAL: Functions = Functions {
    pure_parallel: serial,
    queue_heavy: serial,
    shared_lock: serial_into_total,
    quiet: serial_quiet,
    measure: measure_once,
    fit: fit_nothing,
    predict: predict_serial,
};

/// The first worker solves all tasks, the others look on.
pub fn serial(_: &Board, j: &Job) -> u64 {
    if j.me == 0 { (0..j.tasks).map(|n| j.solve(n)).sum() } else { 0 }
}

/// The same, with the answer in `total`.
pub fn serial_into_total(b: &Board, j: &Job) {
    if j.me == 0 {
        b.total.set(serial(b, j));
    }
}

/// The same, and nobody ever stops it.
pub fn serial_quiet(b: &Board, j: &Job, _every: usize, _limit: u64) -> u64 {
    serial_into_total(b, j);
    if j.me == 0 { b.total.get() } else { 0 }
}

/// One look at the clock.
pub fn measure_once(trial: &mut dyn FnMut() -> f64, _warmup: usize, _repeats: usize) -> Stats {
    let took = trial();
    Stats { fastest: took, median: took, slowest: took }
}

/// Talking costs nothing where nobody talks.
pub fn fit_nothing(_rows: &[Row]) -> Cost {
    Cost { message_ns: 0.0 }
}

/// One worker takes as long as all the work.
pub fn predict_serial(_cost: &Cost, _p: u32, tasks: u64, task_ns: f64) -> f64 {
    tasks as f64 * task_ns
}
