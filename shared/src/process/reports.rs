//! What workers leave for whoever started them: reports, times, how they ended, what they said in a panic.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::commons::{PANIC_BYTES, PANICS, REPORT_BYTES, REPORT_PAIRS, REPORTS, TIMES, TIMES_BYTES};
use super::{me, payload};
use crate::baton::{self, Action, NO_OBJECT, Op};
use crate::region::Region;

/// Tells the grader something under a tag. Given code uses it for what a student's function returned.
pub(crate) fn report(tag: u64, value: u64) {
    let op = Op { action: Action::Report, object: NO_OBJECT, a: tag, b: value };
    if baton::mode() == baton::STEPPED {
        baton::pass(op, &mut || 0);
        return;
    }
    let base = REPORTS + me() as usize * REPORT_BYTES;
    let count = payload().word(base).load(Relaxed) as usize;
    if count < REPORT_PAIRS {
        payload().word(base + 8 + count * 16).store(tag, Relaxed);
        payload().word(base + 16 + count * 16).store(value, Relaxed);
        // Release: partner of the acquire in `reports`.
        payload().word(base).store(count as u64 + 1, Release);
    }
}

/// What a free worker reported, as (tag, value) pairs.
pub fn reports(payload: &Region, worker: usize) -> Vec<(u64, u64)> {
    let base = REPORTS + worker * REPORT_BYTES;
    let count = (payload.word(base).load(Acquire) as usize).min(REPORT_PAIRS);
    let word = |at: usize| payload.word(base + 8 + at * 8).load(Relaxed);
    (0..count).map(|i| (word(i * 2), word(i * 2 + 1))).collect()
}

/// When a free worker began and ended its role, monotonic nanoseconds; 0 when it never did.
pub fn times(payload: &Region, worker: usize) -> (u64, u64) {
    let base = TIMES + worker * TIMES_BYTES;
    (payload.word(base).load(Relaxed), payload.word(base + 8).load(Relaxed))
}

/// How a free worker ended: its raw wait status, or `None` while it has not.
pub fn wait_status(payload: &Region, worker: usize) -> Option<i32> {
    match payload.word(TIMES + worker * TIMES_BYTES + 16).load(Acquire) {
        0 => None,
        status => Some((status - 1) as i32),
    }
}

/// What a free worker said when it panicked, with its place in the source; cut to some hundred bytes, empty when it did not.
pub fn panic_text(payload: &Region, worker: usize) -> String {
    let base = PANICS + worker * PANIC_BYTES;
    // Acquire: partner of the release in `leave_panic_text`.
    let len = (payload.word(base).load(Acquire) as usize).min(PANIC_BYTES - 8);
    let words = (0..len.div_ceil(8)).map(|at| payload.word(base + 8 + at * 8).load(Relaxed));
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).take(len).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn leave_panic_text(text: &str) {
    let base = PANICS + me() as usize * PANIC_BYTES;
    let bytes = &text.as_bytes()[..text.len().min(PANIC_BYTES - 8)];
    for (at, chunk) in bytes.chunks(8).enumerate() {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        payload().word(base + 8 + at * 8).store(u64::from_le_bytes(word), Relaxed);
    }
    // Release: partner of the acquire in `panic_text`.
    payload().word(base).store(bytes.len() as u64, Release);
}

/// The process id of a free worker, as its crew wrote it down; 0 before it was forked. The id is the worker's own until its
/// [`wait_status`] is known.
pub fn pid(payload: &Region, worker: usize) -> u32 {
    payload.word(TIMES + worker * TIMES_BYTES + 24).load(Relaxed) as u32
}
