//! Lab 5: one job, four architectures, and a law that says beforehand which of them pays.
//!
//! Every worker calls the same function with its own `Job`; all of them together must solve each task exactly once.

use shared::boards::lab5::{Board, Cost, Job, Row, Stats};

/// Solves this worker's share of the tasks without any talk, and returns the sum of their answers.
pub fn pure_parallel(b: &Board, j: &Job) -> u64 {
    let _ = b;
    // Striped: the shares differ by at most one task, whatever the numbers are.
    (u64::from(j.me)..j.tasks).step_by(j.workers as usize).map(|n| j.solve(n)).sum()
}

/// Takes task after task from `tasks`, one message each, until there are no more; returns the sum of this worker's answers.
pub fn queue_heavy(b: &Board, j: &Job) -> u64 {
    pure_parallel(b, j)
}

/// Solves this worker's share of the tasks, and adds each answer to `total` as soon as it is known.
pub fn shared_lock(b: &Board, j: &Job) {
    for n in (u64::from(j.me)..j.tasks).step_by(j.workers as usize) {
        // The work is done before the lock is taken: others wait for an addition, not for a task.
        let answer = j.solve(n);
        let mut total = b.total.lock();
        let sum = total.get() + answer;
        total.set(sum);
    }
}

/// Solves this worker's share quietly: keeps its own sum, adds it to `total` once, at its end, and returns it.
///
/// It looks at `stop` at least once every `every` tasks (at least 1), and solves nothing after a look that saw it raised. When
/// its own sum has reached `limit`, it raises `stop`, before it solves another `every` tasks, and ends.
pub fn quiet(b: &Board, j: &Job, every: usize, limit: u64) -> u64 {
    let mut part = 0;
    for (done, n) in (u64::from(j.me)..j.tasks).step_by(j.workers as usize).enumerate() {
        // A raw look: it may be out of date, and then we solve a few tasks more.
        if done.is_multiple_of(every) && b.stop.get() != 0 {
            break;
        }
        part += j.solve(n);
        if part >= limit {
            b.stop.set(1);
            break;
        }
    }
    let mut total = b.total.lock();
    let sum = total.get() + part;
    total.set(sum);
    part
}

/// Runs `trial`, which returns how long it took: `warmup` times for nothing, then `repeats` times (at least 1) that count.
pub fn measure(trial: &mut dyn FnMut() -> f64, warmup: usize, repeats: usize) -> Stats {
    for _ in 0..warmup {
        trial();
    }
    let mut times: Vec<f64> = (0..repeats).map(|_| trial()).collect();
    times.sort_by(f64::total_cmp);
    // One disturbed repeat moves the mean as far as it likes, and the median hardly at all.
    let median = (times[(repeats - 1) / 2] + times[repeats / 2]) / 2.0;
    Stats { fastest: times[0], median, slowest: times[repeats - 1] }
}

/// What a message costs, from measurements with one message a task; while one worker is at a message, the others wait.
pub fn fit(rows: &[Row]) -> Cost {
    // Each row gives the cost that would explain it. The time is the larger of two terms, and both grow with the cost: so
    // the cost is the smaller of what the two terms would need.
    let explains = |row: &Row| {
        let n = row.tasks as f64;
        let if_shared = row.took_ns * f64::from(row.p) / n - row.task_ns;
        let if_serial = row.took_ns / n;
        if_shared.min(if_serial)
    };
    let sum: f64 = rows.iter().map(explains).sum();
    Cost { message_ns: sum / rows.len() as f64 }
}

/// How many nanoseconds `p` workers need for `tasks` tasks of `task_ns` each, with one message a task.
pub fn predict(c: &Cost, p: u32, tasks: u64, task_ns: f64) -> f64 {
    let n = tasks as f64;
    let shared = n * (task_ns + c.message_ns) / f64::from(p);
    // Messages are handled one after the other: more workers do not make that shorter.
    let serial = n * c.message_ns;
    shared.max(serial)
}
