//! Lab 3's set-ups: how many workers, which candidates hit, which of the student's functions runs.

use shared::boards::lab3::{Size, function};
use shared::header::{Header, Role};

use crate::labs::{FREE_WORKERS, Scenario, role};

/// What a candidate costs on the virtual clock.
const COMPUTE_NS: u64 = 2_000;

fn answer(scenario: &Scenario, round: u64, n: u64) -> u64 {
    u64::from(scenario.hits.contains(&(round, n)))
}

fn scenario(name: &'static str, seed: u64, size: Size, hits: &[(u64, u64)], roles: Vec<Role>) -> Scenario {
    let header = Header { lab: 3, seed, grader: 0, params: size.params(), roles };
    Scenario { name, header, victims: 0, answer, hits: hits.to_vec(), compute_ns: COMPUTE_NS }
}

fn size(workers: u64, rounds: u64, items: u64) -> Size {
    Size { workers, rounds, items, work: 0, hit_from: 1000 }
}

/// `workers` claims of round 1, each for the candidate with its own number.
fn claims(workers: u64) -> Vec<Role> {
    (0..workers).map(|w| role(function::CLAIM, &[1, w])).collect()
}

pub fn one_winner(seed: u64) -> Vec<Scenario> {
    let alone = vec![role(function::IDLE, &[]), role(function::CLAIM, &[1, 1])];
    vec![
        scenario("one-winner", seed, size(2, 1, 2), &[], claims(2)),
        scenario("one-winner-alone", seed, size(2, 1, 2), &[], alone),
        scenario("one-winner-three", seed, size(3, 1, 3), &[], claims(3)),
    ]
}

pub fn record_intact(seed: u64) -> Vec<Scenario> {
    let read = role(function::READ_ALERT, &[1, 1]);
    let one = vec![role(function::CLAIM, &[1, 0]), read, role(function::READ_AT_END, &[0b01, 1])];
    let two = vec![
        role(function::CLAIM, &[1, 0]),
        role(function::CLAIM, &[1, 1]),
        read,
        role(function::READ_AT_END, &[0b011, 1]),
    ];
    vec![
        scenario("record-intact", seed, size(2, 1, 2), &[], one),
        scenario("record-intact-two", seed, size(2, 1, 2), &[], two),
    ]
}

pub fn searches_all(seed: u64) -> Vec<Scenario> {
    let search = |every| vec![role(function::SEARCH, &[1, every]); 2];
    vec![
        scenario("searches-all", seed, size(2, 1, 8), &[], search(2)),
        scenario("searches-all-uneven", seed, size(2, 1, 5), &[], search(1)),
        scenario("searches-all-three", seed, size(3, 1, 7), &[], vec![role(function::SEARCH, &[1, 3]); 3]),
    ]
}

pub fn stops(seed: u64) -> Vec<Scenario> {
    let search = |every| vec![role(function::SEARCH, &[1, every]); 2];
    vec![
        scenario("stops", seed, size(2, 1, 6), &[(1, 2)], search(1)),
        scenario("stops-every-2", seed, size(2, 1, 10), &[(1, 4)], search(2)),
        scenario("stops-second", seed, size(2, 1, 8), &[(1, 5)], search(2)),
    ]
}

/// One hit a round, so that who wins a round is not the question here; one look a slice, so that where the looks are is
/// not the question either.
pub fn rounds(seed: u64) -> Vec<Scenario> {
    let team = |rounds, every| {
        let mut roles = vec![role(function::FRAUD_WORKER, &[rounds, every]); 2];
        roles.push(role(function::READ_AT_END, &[0b11, rounds]));
        roles
    };
    vec![
        // Worker 2 hits in round 1, worker 1 in round 2: a hasty worker 1 spoils round 1.
        scenario("rounds", seed, size(2, 2, 4), &[(1, 1), (2, 0)], team(2, 2)),
        scenario("rounds-same", seed, size(2, 2, 4), &[(1, 0), (2, 0)], team(2, 2)),
        scenario("rounds-back", seed, size(2, 2, 4), &[(1, 0), (2, 1)], team(2, 2)),
    ]
}

pub fn finder_killed(seed: u64) -> Vec<Scenario> {
    let mut two = claims(2);
    two.push(role(function::READ_AT_END, &[0b11, 1]));
    let mut killed = scenario("finder-killed", seed, size(2, 1, 2), &[], two);
    killed.victims = 0b11;
    vec![killed]
}

/// (iteration, check, latency) in nanoseconds; every rule, its limits and its exceptions.
pub const INTERVALS: [[u64; 3]; 14] = [
    [2_000, 1_000, 2_000_000],
    [2_000, 100, 1_000_000],
    [1_000, 16_000, 10_000_000],
    [10_000_000, 16_000, 5_000_000],
    [100, 100, 1_000],
    [50, 97, 100_000],
    [1_000, 1, 1_000_000],
    [1_000, 50, 1_000],
    [1, 1_000_000, 1_000],
    [250, 4_000, 80_000],
    [0, 100, 1_000_000],
    [1_000, 0, 50_000],
    [1_000, 100, 0],
    [3, 10, 200],
];

pub fn interval_rule(seed: u64) -> Vec<Scenario> {
    let roles = INTERVALS.iter().map(|args| role(function::CHECK_EVERY, args)).collect();
    vec![scenario("interval-rule", seed, size(1, 1, 1), &[], roles)]
}

/// Looks once every so many candidates in the ledger's and the clock's scenarios.
pub const EVERY: u64 = 10;

fn big(name: &'static str, seed: u64, hits: &[(u64, u64)]) -> Vec<Scenario> {
    vec![scenario(name, seed, size(4, 1, 240), hits, vec![role(function::SEARCH, &[1, EVERY]); 4])]
}

pub fn lock_budget(seed: u64) -> Vec<Scenario> {
    big("lock-budget", seed, &[(1, 201)])
}

pub fn load_budget(seed: u64) -> Vec<Scenario> {
    big("load-budget", seed, &[])
}

pub fn tax(seed: u64) -> Vec<Scenario> {
    big("tax", seed, &[])
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// Eight rounds, a hit late in each: real work, no stepping, some 50 ms on two processors.
pub fn free(seed: u64, workers: u64) -> Scenario {
    let size = Size { workers, rounds: 8, items: 2_000, work: 1_000, hit_from: 900 };
    let mut roles = vec![role(function::FRAUD_WORKER, &[size.rounds, EVERY]); workers as usize];
    roles.push(role(function::READ_AT_END, &[(1 << workers) - 1, size.rounds]));
    scenario("real-run", seed, size, &[], roles)
}

/// Every worker searches two candidates with a look before each; the first candidates hit.
pub fn bench(workers: usize) -> Scenario {
    let count = workers as u64;
    let hits: Vec<(u64, u64)> = (0..count).map(|n| (1, count + n)).collect();
    scenario("stops", 7, size(count, 1, 2 * count), &hits, vec![role(function::SEARCH, &[1, 1]); workers])
}
