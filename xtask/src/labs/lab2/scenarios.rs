//! Lab 2's set-ups: workers come first, so that w1 is the worker with `me == 0`, then producers, then the supervisor.

use shared::boards::lab2::{Size, function, value_of};
use shared::header::{Header, Role};

use crate::labs::{FREE_WORKERS, Scenario, role};

/// What a task costs on the virtual clock.
const COMPUTE_NS: u64 = 20_000;
/// How long the inbox stays empty before each message of the check `idle`, and before the end in `latency`.
pub const PAUSE_NS: u64 = 50_000;
/// Workers of the check `latency`.
const MANY: u64 = 8;

fn answer(scenario: &Scenario, id: u64, _: u64) -> u64 {
    value_of(scenario.header.seed, id)
}

fn scenario(name: &'static str, seed: u64, size: Size, roles: Vec<Role>) -> Scenario {
    let header = Header { lab: 2, seed, grader: 0, params: size.params(), roles };
    Scenario { name, header, victims: 0, answer, hits: Vec::new(), compute_ns: COMPUTE_NS }
}

fn size(workers: u64, producers: u64, tasks: u64) -> Size {
    Size { workers, producers, tasks, first: 0, work: 0 }
}

fn workers(count: u64) -> Vec<Role> {
    (0..count).map(|w| role(function::WORKER, &[w])).collect()
}

/// Producers that share the tasks as evenly as they can be shared.
fn producers(size: &Size) -> Vec<Role> {
    let from = |p: u64| size.first + size.tasks * p / size.producers;
    (0..size.producers).map(|p| role(function::PRODUCER, &[p, from(p), from(p + 1) - from(p)])).collect()
}

/// Everybody is the student's.
fn team(name: &'static str, seed: u64, size: Size) -> Scenario {
    let roles = [workers(size.workers), producers(&size), vec![role(function::SUPERVISOR, &[])]].concat();
    scenario(name, seed, size, roles)
}

/// The student's workers; somebody given puts these messages (`t`: task, `p`: pill), all at once.
fn fed(name: &'static str, seed: u64, count: u64, first: u64, messages: &str) -> Scenario {
    let tasks = messages.bytes().filter(|m| *m == b't').count() as u64;
    let pills = messages.bytes().enumerate().filter(|(_, m)| *m == b'p').fold(0, |bits, (n, _)| bits | 1 << n);
    let feed = role(function::FEED, &[messages.len() as u64, pills]);
    let roles = [workers(count), vec![feed]].concat();
    scenario(name, seed, Size { first, ..size(count, 1, tasks) }, roles)
}

pub fn exactly_once(seed: u64) -> Vec<Scenario> {
    let three = size(2, 3, 3);
    let mut putting = producers(&three);
    putting.push(role(function::DRAIN, &[0b111]));
    vec![
        fed("exactly-once", seed, 2, 0, "ttpp"),
        fed("exactly-once-behind", seed, 2, 0, "pttp"),
        scenario("exactly-once-producers", seed, three, putting),
        team("exactly-once-team", seed, size(2, 2, 2)),
    ]
}

pub fn all_exit(seed: u64) -> Vec<Scenario> {
    vec![
        fed("all-exit", seed, 2, 1, "tpp"),
        fed("all-exit-three", seed, 3, 1, "ppp"),
        team("all-exit-team", seed, size(2, 2, 0)),
    ]
}

pub fn pill_count(seed: u64) -> Vec<Scenario> {
    vec![fed("pill-count", seed, 2, 1, "tpp"), team("pill-count-team", seed, Size { first: 1, ..size(2, 2, 0) })]
}

pub fn worker_killed(seed: u64) -> Vec<Scenario> {
    let mut alone = fed("worker-killed", seed, 2, 1, "ttpp");
    let mut all = team("worker-killed-team", seed, Size { first: 1, ..size(2, 1, 1) });
    alone.victims = 0b11;
    all.victims = 0b11;
    vec![alone, all]
}

pub fn idle(seed: u64) -> Vec<Scenario> {
    let roles = [workers(1), vec![role(function::PACED, &[PAUSE_NS])]].concat();
    vec![scenario("idle", seed, Size { first: 1, ..size(1, 1, 4) }, roles)]
}

pub fn latency(seed: u64) -> Vec<Scenario> {
    let mut all = team("latency", seed, size(MANY, 1, 0));
    // The only producer has nothing to put, and takes its time to find out: meanwhile all others fall asleep.
    all.header.roles[MANY as usize].args[3] = PAUSE_NS;
    vec![all]
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// 240 tasks of two producers, and somebody who looks at what is left: real work, some 50 ms on two processors.
pub fn free(seed: u64, workers: u64) -> Scenario {
    let all = team("real-run", seed, Size { work: 100_000, ..size(workers, 2, 240) });
    let mut roles = all.header.roles.clone();
    roles.push(role(function::AUDIT, &[(1 << roles.len()) - 1]));
    Scenario { header: Header { roles, ..all.header.clone() }, ..all }
}

/// Two tasks and a pill for each worker.
pub fn bench(count: usize) -> Scenario {
    match count {
        2 => fed("exactly-once", 7, 2, 0, "ttpp"),
        3 => fed("exactly-once", 7, 3, 0, "tttppp"),
        _ => fed("exactly-once", 7, 4, 0, "ttttpppp"),
    }
}
