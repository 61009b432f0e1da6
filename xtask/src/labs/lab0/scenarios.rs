//! Chapter 0's set-ups: who adds how much.

use shared::boards::lab0::{Size, function};
use shared::header::{Header, Role};

use crate::labs::{FREE_WORKERS, Scenario, role};

/// What a batch costs on the virtual clock.
const COMPUTE_NS: u64 = 1_000_000;

fn scenario(name: &'static str, seed: u64, size: Size, roles: Vec<Role>) -> Scenario {
    let header = Header { lab: 0, seed, grader: 0, params: size.params(), roles };
    let answer = |scenario: &Scenario, _: u64, _: u64| Size::of(&scenario.header).found;
    Scenario { name, header, victims: 0, answer, hits: Vec::new(), compute_ns: COMPUTE_NS }
}

/// One worker an amount, and one more that looks at the total once all have ended.
fn adders(amounts: &[u64]) -> Vec<Role> {
    let mut roles: Vec<Role> = amounts.iter().map(|amount| role(function::ADD, &[*amount])).collect();
    roles.push(role(function::TOTAL_AT_END, &[(1 << amounts.len()) - 1]));
    roles
}

const NO_BATCHES: Size = Size { batches: 0, found: 0, work: 0 };

pub fn no_lost_update(seed: u64) -> Vec<Scenario> {
    vec![
        scenario("no-lost-update", seed, NO_BATCHES, adders(&[1, 1])),
        scenario("no-lost-update-alone", seed, NO_BATCHES, adders(&[5])),
        // Amounts of which each sum says what is missing.
        scenario("no-lost-update-three", seed, NO_BATCHES, adders(&[1, 10, 100])),
    ]
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// Five batches a worker, some milliseconds each: between two looks at the total lies a hundred thousand times what an
/// addition takes, as in most programs, and so a lost update is seen once in a blue moon.
pub fn free(seed: u64, workers: u64) -> Scenario {
    let size = Size { batches: 5, found: 100, work: 1_000_000 };
    let mut roles = vec![role(function::COUNT, &[]); workers as usize];
    roles.push(role(function::TOTAL_AT_END, &[(1 << workers) - 1]));
    scenario("real-run", seed, size, roles)
}

pub fn bench(workers: usize) -> Scenario {
    scenario("no-lost-update", 7, NO_BATCHES, adders(&vec![1; workers]))
}
