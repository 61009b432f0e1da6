//! Lab 5: one job, four architectures, and a law that says beforehand which of them pays.
//!
//! Every worker calls the same function with its own `Job`; all of them together must solve each task exactly once.

use shared::boards::lab5::{Board, Cost, Job, Row, Stats};

/// Solves this worker's share of the tasks without any talk, and returns the sum of their answers.
pub fn pure_parallel(b: &Board, j: &Job) -> u64 {
    let _ = (b, j);
    todo!("solve your share of the tasks, touch nothing of the board, and return your part of the sum")
}

/// Takes task after task from `tasks`, one message each, until there are no more; returns the sum of this worker's answers.
pub fn queue_heavy(b: &Board, j: &Job) -> u64 {
    let _ = (b, j);
    todo!("take one task after the other from the queue, solve it, and return your part of the sum")
}

/// Solves this worker's share of the tasks, and adds each answer to `total` as soon as it is known.
pub fn shared_lock(b: &Board, j: &Job) {
    let _ = (b, j);
    todo!("solve your share, and add each answer to the total under its lock")
}

/// Solves this worker's share quietly: keeps its own sum, adds it to `total` once, at its end, and returns it.
///
/// It looks at `stop` at least once every `every` tasks (at least 1), and solves nothing after a look that saw it raised. When
/// its own sum has reached `limit`, it raises `stop`, before it solves another `every` tasks, and ends.
pub fn quiet(b: &Board, j: &Job, every: usize, limit: u64) -> u64 {
    let _ = (b, j, every, limit);
    todo!("solve your share, look at `stop` once every `every` tasks, raise it at the limit, add your sum once")
}

/// Runs `trial`, which returns how long it took: `warmup` times for nothing, then `repeats` times (at least 1) that count.
pub fn measure(trial: &mut dyn FnMut() -> f64, warmup: usize, repeats: usize) -> Stats {
    let _ = (trial, warmup, repeats);
    todo!("warm up, repeat, and say the fastest, the median and the slowest")
}

/// What a message costs, from measurements with one message a task; while one worker is at a message, the others wait.
pub fn fit(rows: &[Row]) -> Cost {
    let _ = rows;
    todo!("find the cost of a message that explains the rows")
}

/// How many nanoseconds `p` workers need for `tasks` tasks of `task_ns` each, with one message a task.
pub fn predict(c: &Cost, p: u32, tasks: u64, task_ns: f64) -> f64 {
    let _ = (c, p, tasks, task_ns);
    todo!("the time that the law says")
}
