//! The machine that lab 5's law is about: workers that compute side by side, and one place where messages are handled one
//! after the other. A virtual clock of its own, so that a prediction is judged by the same numbers everywhere.

use shared::sys::hermetic::mix;

/// One run: workers, tasks, what a task takes on average, what a message takes, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Workers.
    pub p: u64,
    /// Tasks, an even number.
    pub tasks: u64,
    /// Nanoseconds a task, on average.
    pub task_ns: u64,
    /// Nanoseconds a message.
    pub message_ns: u64,
}

/// Tasks differ by at most one part in so many from their average; two after one another have exactly the average.
const SPREAD: u64 = 50;

/// When the last worker has ended, nanoseconds: everybody takes a task with one message, solves it, takes the next.
pub fn makespan(load: Load, seed: u64) -> u64 {
    let mut free_at = 0;
    let mut ready = vec![0; load.p as usize];
    for n in 0..load.tasks {
        let next = ready.iter_mut().min().expect("at least one worker");
        free_at = free_at.max(*next) + load.message_ns;
        *next = free_at + task_ns(load.task_ns, n, seed);
    }
    ready.into_iter().max().unwrap_or(0)
}

fn task_ns(average: u64, n: u64, seed: u64) -> u64 {
    let more = mix(seed ^ mix(n / 2)) % (average / SPREAD).max(1);
    if n.is_multiple_of(2) { average + more } else { average - more }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_takes_the_sum() {
        let load = Load { p: 1, tasks: 200, task_ns: 1_000, message_ns: 70 };
        assert_eq!(makespan(load, 7), 200 * 1_070);
    }

    #[test]
    fn messages_are_handled_one_after_the_other() {
        let load = Load { p: 8, tasks: 200, task_ns: 1_000, message_ns: 1_000 };
        let took = makespan(load, 7);
        assert!((200_000..=202_200).contains(&took), "{took}");
    }

    #[test]
    fn free_workers_share_the_work() {
        let load = Load { p: 4, tasks: 400, task_ns: 10_000, message_ns: 0 };
        let took = makespan(load, 7) as f64;
        assert!((took / 1e6 - 1.0).abs() < 0.02, "{took}");
    }
}
