//! One kind of access, over and over: what does it cost, alone and beside others that do the same?

use std::hint::black_box;

use shared::sys::monotonic_ns;

use crate::board::{Board, print};

/// Items of a batch.
const BATCH: usize = 32;

/// Repeats an access `items` times. An access may stand for several: `each` says for how many.
fn repeat(b: &Board, each: u64, mut access: impl FnMut()) {
    b.gate.wait();
    let start = monotonic_ns();
    (0..b.size.items).for_each(|_| access());
    print(&[("start", start), ("end", monotonic_ns()), ("accesses", b.size.items * each)]);
}

pub fn raw_get(b: &Board, _me: u64) {
    repeat(b, 1, || {
        black_box(b.next.get());
    });
}

pub fn raw_set(b: &Board, _me: u64) {
    repeat(b, 1, || b.next.set(black_box(1)));
}

pub fn fetch_add(b: &Board, _me: u64) {
    repeat(b, 1, || {
        b.next.fetch_add(black_box(1));
    });
}

pub fn value_get(b: &Board, _me: u64) {
    repeat(b, 1, || {
        black_box(b.stop.get());
    });
}

/// Look and write under one guard.
pub fn value_add(b: &Board, _me: u64) {
    repeat(b, 1, || {
        let mut value = b.stop.lock();
        let seen = value.get();
        value.set(seen + 1);
    });
}

pub fn array_get(b: &Board, _me: u64) {
    let mut at = 0;
    repeat(b, 1, || {
        at = (at + 1) % b.tasks.len();
        black_box(b.tasks.get(at));
    });
}

/// A put and a get. Everyone puts before it gets, so there is always something to get.
pub fn queue_item(b: &Board, _me: u64) {
    repeat(b, 1, || {
        b.queue.put(black_box(7)).expect("nobody closes it");
        black_box(b.queue.get());
    });
}

/// The same by batches: put all, take and acknowledge as many.
pub fn queue_batch(b: &Board, _me: u64) {
    repeat(b, BATCH as u64, || {
        b.queue.put_all(black_box(&[7; BATCH])).expect("nobody closes it");
        let mut left = BATCH;
        while let Some(lease) = b.queue.lease(left) {
            left -= lease.len();
            lease.iter().for_each(|item| {
                black_box(item);
            });
            lease.done();
            if left == 0 {
                break;
            }
        }
    });
}

/// Everyone meets.
pub fn barrier(b: &Board, _me: u64) {
    repeat(b, 1, || {
        b.gate.wait();
    });
}
