//! My lab 3.

use crate::baseline;
use shared::boards::lab3::{Board, Claim, Find};

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    baseline::claim_raw(b, find)
}

pub fn read_alert(b: &Board, round: u32) -> Option<Find> {
    baseline::read_raw(b, round)
}

pub fn search(b: &Board, round: u32, me: u32, every: u64) -> Option<Claim> {
    baseline::search_raw(b, round, me, every)
}

pub fn fraud_worker(b: &Board, me: u32, rounds: u32, every: u64) {
    baseline::fraud_raw(b, me, rounds, every)
}

pub fn check_every(iteration_ns: u64, check_ns: u64, latency_ns: u64) -> u64 {
    baseline::every_raw(iteration_ns, check_ns, latency_ns)
}
