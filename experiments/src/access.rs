//! One kind of access, over and over: what does it cost, alone and beside others that do the same?

use std::hint::black_box;

use shared::endpoint::{Reply, Request};
use shared::sys::monotonic_ns;

use crate::board::{Board, print, published};
use crate::manager::Client;

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

/// The published numbers: a plain load.
pub fn slice_get(b: &Board, _me: u64) {
    let numbers = black_box(published());
    let mut at = 0;
    repeat(b, 1, || {
        at = (at + 1) % numbers.len();
        black_box(numbers[at]);
    });
}

/// Through the pipe. Everyone puts before it gets, so there is always something to get.
pub fn pipe_item(b: &Board, _me: u64) {
    repeat(b, 1, || {
        b.pipe_queue.put(black_box(7));
        black_box(b.pipe_queue.get());
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

/// One question to the manager, over and over.
fn ask(b: &Board, me: u64, request: &Request, answer: Reply) {
    let mut client = Client::of(b, me);
    repeat(b, 1, || assert_eq!(client.ask(request), answer, "of all answers to {request:?}"));
}

/// Reads an entry of the manager's dict.
pub fn manager_get(b: &Board, me: u64) {
    let mine = format!("entry {me}");
    assert_eq!(Client::of(b, me).ask(&Request::Set(mine.clone(), 7)), Reply::Done);
    ask(b, me, &Request::Get(mine), Reply::Number(7));
}

/// Writes an entry of the manager's dict.
pub fn manager_set(b: &Board, me: u64) {
    ask(b, me, &Request::Set(format!("entry {me}"), 7), Reply::Done);
}

/// Appends to a list of the manager's.
pub fn manager_append(b: &Board, me: u64) {
    ask(b, me, &Request::Append(format!("list {me}"), 7), Reply::Done);
}

/// Reads a value of the manager's.
pub fn manager_value(b: &Board, me: u64) {
    ask(b, me, &Request::Value("value".to_owned()), Reply::Number(0));
}
