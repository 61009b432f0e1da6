//! Lab 1's set-ups: how many workers and tasks, how large the queues, which of the student's functions runs.
//!
//! Workers come first, so that w1 and w2 are workers everywhere; whoever feeds them comes last.

use shared::boards::lab1::{Size, function, value_of};
use shared::header::{Header, Role};

use crate::labs::{FREE_WORKERS, Scenario, role};

/// What a unit of work costs on the virtual clock unless a scenario says otherwise.
const UNIT_NS: u64 = 1_000;

fn answer(scenario: &Scenario, task: u64, _unit: u64) -> u64 {
    value_of(scenario.header.seed, task)
}

fn scenario(name: &'static str, seed: u64, size: Size, roles: Vec<Role>) -> Scenario {
    let header = Header { lab: 1, seed, grader: 0, params: size.params(), roles };
    Scenario { name, header, victims: 0, answer, hits: Vec::new(), compute_ns: UNIT_NS }
}

/// So many tasks of one unit each; room for `capacity` of them, and for all answers that can be right.
fn size(tasks: u64, capacity: u64) -> Size {
    Size { tasks, capacity, answers: 2 * tasks + 2, work: 0, long: 0, units: 1 }
}

fn feed(batch: u64) -> Role {
    role(function::FEED, &[batch])
}

/// So many workers that begin at once.
fn workers(count: usize, batch: u64) -> Vec<Role> {
    vec![role(function::WORKER, &[batch]); count]
}

/// So many workers that begin when all tasks are in and the queue is closed.
fn late_workers(count: usize, batch: u64) -> Vec<Role> {
    let mut roles = vec![role(function::WORKER, &[batch, 1 << count]); count];
    roles.push(role(function::PUT, &[]));
    roles
}

fn with(mut roles: Vec<Role>, last: Role) -> Vec<Role> {
    roles.push(last);
    roles
}

/// `feed` beside somebody who takes and asks for no end, then `worker` beside somebody who feeds right.
pub fn exactly_once(seed: u64) -> Vec<Scenario> {
    let take = |count| vec![role(function::TAKE, &[count])];
    let put = role(function::PUT, &[]);
    vec![
        scenario("exactly-once", seed, size(5, 3), with(take(5), feed(2))),
        scenario("exactly-once-short", seed, size(2, 4), with(take(2), feed(5))),
        scenario("exactly-once-alone", seed, size(3, 4), with(workers(1, 2), put)),
        scenario("exactly-once-workers", seed, size(2, 4), with(workers(2, 2), put)),
        scenario("exactly-once-late", seed, size(2, 4), late_workers(3, 1)),
    ]
}

pub fn no_hang(seed: u64) -> Vec<Scenario> {
    vec![
        scenario("no-hang", seed, size(2, 2), with(workers(2, 1), feed(1))),
        scenario("no-hang-rest", seed, size(3, 4), with(workers(1, 2), feed(2))),
        scenario("no-hang-late", seed, size(3, 4), late_workers(2, 2)),
    ]
}

pub fn worker_killed(seed: u64) -> Vec<Scenario> {
    let killed = |name, tasks, batch| {
        let mut scenario = scenario(name, seed, size(tasks, 4), late_workers(2, batch));
        scenario.victims = 0b11;
        scenario
    };
    vec![killed("worker-killed", 2, 1), killed("worker-killed-batch", 2, 2)]
}

/// (task, step, tasks, workers); every rule, its limits and its exceptions.
pub const BATCHES: [[u64; 4]; 14] = [
    [1_000, 100, 1_000, 4],
    [1_000, 120, 1_000, 4],
    [10_000, 100, 1_000, 4],
    [200, 100, 10_000, 2],
    [200, 100, 60, 2],
    [1_000_000, 100, 1_000, 4],
    [300, 100, 100_000, 8],
    [1_000, 16_000, 100_000, 4],
    [1_000, 100, 3, 4],
    [1_000, 100, 0, 4],
    [100, 2_000, 640, 16],
    [0, 100, 4_000, 4],
    [1_000, 0, 1_000, 4],
    [7, 3, 1_000, 1],
];

pub fn batch_rule(seed: u64) -> Vec<Scenario> {
    let roles = BATCHES.iter().map(|args| role(function::BATCH_SIZE, args)).collect();
    vec![scenario("batch-rule", seed, size(1, 1), roles)]
}

/// Tasks a step in the ledger's scenarios.
pub const BATCH: u64 = 8;
/// Tasks in the ledger's scenarios: a multiple of the batch and the workers, so that a rest is not the question here.
const MANY: u64 = 96;

pub fn messages(seed: u64) -> Vec<Scenario> {
    let taker = vec![role(function::TAKE, &[MANY])];
    vec![
        scenario("messages", seed, size(MANY, MANY), with(taker, feed(BATCH))),
        scenario("messages-workers", seed, size(MANY, MANY), late_workers(FREE_WORKERS as usize, BATCH)),
    ]
}

/// The first tasks are long: who takes too many of them is still at work when the others have nothing left to do.
pub fn balance(seed: u64) -> Vec<Scenario> {
    let uneven = Size { long: 8, units: 8, ..size(64, 64) };
    let mut scenario = scenario("balance", seed, uneven, late_workers(FREE_WORKERS as usize, 2));
    scenario.compute_ns = 10_000;
    vec![scenario]
}

/// What a tiny task costs: less than a step of the queue.
const TINY_NS: u64 = 30;

pub fn crossover(seed: u64) -> Vec<Scenario> {
    // The feeder is first for once: it goes first when clocks are equal, so that who looks finds something.
    let mut roles = vec![feed(32)];
    roles.extend(workers(FREE_WORKERS as usize, 32));
    let mut scenario = scenario("crossover", seed, size(640, 640), roles);
    scenario.compute_ns = TINY_NS;
    vec![scenario]
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// Some thousand tasks of several microseconds in batches: some 30 ms on two processors.
pub fn free(seed: u64, workers: u64) -> Scenario {
    crew(seed, Size { work: 5_000, ..size(4_000, 1_024) }, workers, 16)
}

/// Workers, their feeder, and the collector.
fn crew(seed: u64, size: Size, workers: u64, batch: u64) -> Scenario {
    let feeder = 1 << workers;
    let mut roles = vec![role(function::WORKER, &[batch]); workers as usize];
    roles.push(feed(batch));
    roles.push(role(function::COLLECT, &[feeder | (feeder - 1)]));
    scenario("real-run", seed, size, roles)
}

/// What the questions before the first run are about.
pub fn rehearsal(name: &str) -> Option<fn(u64) -> Scenario> {
    Some(match name {
        "crowd" => crowd,
        "serial" => serial,
        "singly" => |seed| tiny(seed, 1),
        "in-batches" => |seed| tiny(seed, 32),
        _ => return None,
    })
}

/// Small tasks, so that workers meet at the end of the queue; more of them than fit, so that the feeder waits when all leave.
fn crowd(seed: u64) -> Scenario {
    let size = Size { work: 100, ..size(500, 256) };
    crew(seed, size, FREE_WORKERS, 1)
}

/// Tasks of about a microsecond, for a race between ways to feed.
fn tiny_size() -> Size {
    Size { work: 250, ..size(10_000, 1_024) }
}

/// Four workers, so many tasks a message.
fn tiny(seed: u64, batch: u64) -> Scenario {
    crew(seed, tiny_size(), FREE_WORKERS, batch)
}

/// The same tasks, one worker, no queue.
fn serial(seed: u64) -> Scenario {
    scenario("real-run", seed, tiny_size(), vec![role(function::SERIAL, &[])])
}

/// As many tasks as workers, one at a time.
pub fn bench(workers: usize) -> Scenario {
    scenario("exactly-once-late", 7, size(workers as u64, 4), late_workers(workers, 1))
}
