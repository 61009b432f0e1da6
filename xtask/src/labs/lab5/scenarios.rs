//! Lab 5's set-ups: which architecture, how many workers and tasks, which measurements.

use shared::boards::lab5::{Size, answer_of, function, question};
use shared::header::{Header, Role};

use super::station::{self, Load};
use crate::labs::{Answer, FREE_WORKERS, Scenario, role};

/// Nobody ever finds enough.
const NO_LIMIT: u64 = u64::MAX;

fn scenario(name: &'static str, seed: u64, size: Size, roles: Vec<Role>) -> Scenario {
    let header = Header { lab: 5, seed, grader: 0, params: size.params(), roles };
    let answer: Answer = |scenario, _, n| answer_of(scenario.header.seed, n);
    Scenario { name, header, victims: 0, answer, hits: Vec::new(), compute_ns: 2_000 }
}

fn size(workers: u64, tasks: u64) -> Size {
    Size { workers, tasks, ..Size::default() }
}

/// So many workers with the same function, and whoever else it needs: a feeder, or somebody who looks at what is left.
fn team(workers: u64, function: u64, args: &[u64]) -> Vec<Role> {
    let mut roles = vec![role(function, args); workers as usize];
    match function {
        function::QUEUE => roles.push(role(function::FEED, &[])),
        function::LOCK | function::QUIET => roles.push(role(function::TOTAL_AT_END, &[(1 << workers) - 1])),
        _ => {}
    }
    roles
}

pub fn same_answer(seed: u64) -> Vec<Scenario> {
    let case = |name, workers, tasks, function, args: &[u64]| {
        scenario(name, seed, size(workers, tasks), team(workers, function, args))
    };
    vec![
        case("same-answer", 2, 5, function::PURE, &[]),
        case("same-answer-pure-few", 3, 2, function::PURE, &[]),
        case("same-answer-queue", 2, 3, function::QUEUE, &[]),
        case("same-answer-lock", 2, 3, function::LOCK, &[]),
        case("same-answer-lock-few", 3, 2, function::LOCK, &[]),
        case("same-answer-quiet", 2, 7, function::QUIET, &[2, NO_LIMIT]),
        case("same-answer-quiet-few", 3, 2, function::QUIET, &[3, NO_LIMIT]),
    ]
}

/// What each task of the early stop answers, so that whoever has solved so many has found so much.
const FOUND: u64 = 10;

pub fn early_stop(seed: u64) -> Vec<Scenario> {
    let case = |name, tasks, every, enough| Scenario {
        answer: |_, _, _| FOUND,
        ..scenario(name, seed, size(2, tasks), team(2, function::QUIET, &[every, enough * FOUND]))
    };
    vec![
        case("early-stop", 8, 1, 2),
        case("early-stop-every-2", 12, 2, 3),
        // The limit is reached with a worker's last task: the other one still has to be told.
        case("early-stop-last", 4, 1, 2),
    ]
}

pub fn uses_mechanism(seed: u64) -> Vec<Scenario> {
    let case = |name, function| scenario(name, seed, size(4, 40), team(4, function, &[]));
    vec![
        case("uses-mechanism", function::PURE),
        case("uses-mechanism-queue", function::QUEUE),
        case("uses-mechanism-lock", function::LOCK),
    ]
}

/// Short tasks and a look before each: there a lock a look shows. Nobody looks at what is left, which would take time too.
pub fn quiet_tax(seed: u64) -> Vec<Scenario> {
    let roles = vec![role(function::QUIET, &[1, NO_LIMIT]); 4];
    vec![Scenario { compute_ns: 200, ..scenario("quiet-tax", seed, size(4, 600), roles) }]
}

/// A scripted trial: what the warm-ups take, then the repeats.
pub struct Script {
    pub warmup: &'static [u64],
    pub repeats: &'static [u64],
}

/// Slow warm-ups, disturbed repeats; an odd and an even number of them, and a single one.
pub const SCRIPTS: [Script; 4] = [
    Script { warmup: &[90_000, 50_000, 20_000], repeats: &[1_000, 9_000, 1_100, 1_050, 1_010] },
    Script { warmup: &[5_000], repeats: &[200, 400, 300, 100] },
    Script { warmup: &[10, 20], repeats: &[700, 600, 500, 100, 400, 300, 200] },
    Script { warmup: &[], repeats: &[640] },
];

pub fn measure(seed: u64) -> Vec<Scenario> {
    let one = |(case, script): (u64, &Script)| {
        role(function::MEASURE, &[case, script.warmup.len() as u64, script.repeats.len() as u64])
    };
    let answer: Answer = |_, a, trial| {
        let script = &SCRIPTS[(a - question::TRIAL) as usize];
        let mut all = script.warmup.iter().chain(script.repeats);
        // Somebody who runs more trials than asked for gets an answer all the same; the judge counts them.
        *all.nth(trial as usize).unwrap_or(&1)
    };
    let roles = (0..).zip(&SCRIPTS).map(one).collect();
    vec![Scenario { answer, ..scenario("measure", seed, size(1, 1), roles) }]
}

/// A machine on which a message costs something, the work it was measured with, and what is asked about it.
pub struct Machine {
    pub message_ns: u64,
    pub task_ns: u64,
    /// Workers, tasks, nanoseconds a task.
    pub asked: [[u64; 3]; 2],
}

/// Messages that begin to matter at 8 workers, that matter from 2 on, and that hardly matter.
pub const MACHINES: [Machine; 3] = [
    Machine { message_ns: 400, task_ns: 2_000, asked: [[8, 1_000, 2_000], [8, 800, 5_000]] },
    Machine { message_ns: 1_000, task_ns: 1_000, asked: [[8, 1_000, 1_000], [8, 1_200, 20_000]] },
    Machine { message_ns: 500, task_ns: 20_000, asked: [[8, 1_000, 20_000], [8, 900, 5_000]] },
];

/// Workers and tasks of the measurements, in no particular order.
pub const MEASURED: [[u64; 2]; 6] = [[2, 300], [1, 600], [4, 300], [1, 300], [2, 600], [4, 600]];

impl Machine {
    /// How long so many workers take for so many tasks, nanoseconds.
    pub fn takes(&self, [p, tasks, task_ns]: [u64; 3], seed: u64) -> u64 {
        station::makespan(Load { p, tasks, task_ns, message_ns: self.message_ns }, seed)
    }
}

pub fn predict(seed: u64) -> Vec<Scenario> {
    let answer: Answer = |scenario, a, at| match a {
        question::ASK.. => MACHINES[(a - question::ASK) as usize].asked[at as usize / 3][at as usize % 3],
        _ => {
            let machine = &MACHINES[(a - question::ROW) as usize];
            let [p, tasks] = MEASURED[at as usize / 4];
            let took = || machine.takes([p, tasks, machine.task_ns], scenario.header.seed);
            [p, tasks, machine.task_ns].get(at as usize % 4).copied().unwrap_or_else(took)
        }
    };
    let one = |(case, machine): (u64, &Machine)| {
        role(function::PREDICT, &[case, MEASURED.len() as u64, machine.asked.len() as u64])
    };
    let roles = (0..).zip(&MACHINES).map(one).collect();
    vec![Scenario { answer, ..scenario("predict", seed, size(1, 1), roles) }]
}

/// An answer sheet needs nobody.
pub fn explain(seed: u64) -> Vec<Scenario> {
    vec![scenario("explain", seed, size(1, 1), vec![role(function::IDLE, &[])])]
}

/// Nor does the other.
pub fn predictions(seed: u64) -> Vec<Scenario> {
    vec![scenario("predictions", seed, size(1, 1), vec![role(function::IDLE, &[])])]
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// Loops of work that take about a microsecond on the machine where this was written.
const LOOPS_A_MICROSECOND: u64 = 270;

/// All architectures on tasks of about 1 us and of about 1 ms, three times; some 120 ms on two processors.
pub fn free(seed: u64, workers: u64) -> Scenario {
    let (work, long_work) = (LOOPS_A_MICROSECOND, 1_000 * LOOPS_A_MICROSECOND);
    let size = Size { workers, tasks: 4_000, work, long_tasks: 8, long_work, rounds: 3 };
    let mut roles = vec![role(function::COMPARE, &[]); workers as usize];
    roles.push(role(function::FEED_COMPARE, &[]));
    scenario("real-run", seed, size, roles)
}

/// Every worker solves one task and adds its answer under the lock.
pub fn bench(workers: usize) -> Scenario {
    let roles = vec![role(function::LOCK, &[]); workers];
    scenario("same-answer-lock", 7, size(workers as u64, workers as u64), roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far a law is from what the machine does, over all questions: the least and the most.
    fn off(law: fn(f64, f64, f64, f64) -> f64) -> (f64, f64) {
        let all = MACHINES.iter().flat_map(|m| m.asked.iter().map(move |asked| (m, *asked)));
        let ratios = all.map(|(machine, [p, n, task])| {
            let predicted = law(p as f64, n as f64, task as f64, machine.message_ns as f64);
            (predicted / machine.takes([p, n, task], 7) as f64 - 1.0).abs()
        });
        ratios.fold((f64::MAX, 0.0), |(least, most), off| (off.min(least), off.max(most)))
    }

    #[test]
    fn the_law_holds_and_its_rivals_do_not() {
        let law = off(|p, n, task, c| (n * (task + c) / p).max(n * c));
        assert!(law.1 < 0.03, "the law is off by up to {}", law.1);
        let sum = off(|p, n, task, c| n * task / p + n * c);
        let linear = off(|p, n, task, _| n * task / p);
        let shared = off(|p, n, task, c| n * (task + c) / p);
        let serial = off(|_, n, _, c| n * c);
        for (name, (_, most)) in [("sum", sum), ("linear", linear), ("shared", shared), ("serial", serial)] {
            assert!(most > 0.15, "{name} passes: off by at most {most}");
        }
    }

    #[test]
    fn medians_are_neither_means_nor_extremes() {
        for script in SCRIPTS.iter().filter(|script| script.repeats.len() > 2) {
            let mean = script.repeats.iter().sum::<u64>() as f64 / script.repeats.len() as f64;
            let mut sorted = script.repeats.to_vec();
            sorted.sort_unstable();
            let [low, high] = [sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]];
            assert!(sorted[0] < low && high < sorted[sorted.len() - 1]);
            let (half, times) = (sorted.len() / 2, script.repeats);
            let unsorted = (times[(times.len() - 1) / 2] + times[half]) / 2;
            assert!(unsorted < low || unsorted > high, "the middle one as they came must not be the median");
            assert!(script.warmup.iter().all(|w| !script.repeats.contains(w)));
            let told_apart = mean < low as f64 || mean > high as f64;
            assert!(told_apart || sorted.len() != 5, "the first script must tell the mean from the median");
        }
    }
}
