//! What each worker did and when, for the pictures: one ring of events a worker, written by nobody else.
//!
//! Only traced runs pay for it. When a ring is full, later events are counted instead of stored.

use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use crate::baton::Op;
use crate::process;
use crate::region::Region;
use crate::sys;

/// Words an event takes: start, end, action and object, both arguments and result.
const EVENT_WORDS: usize = 6;
/// Words before the events of a worker: how many were stored, how many lost.
const HEAD_WORDS: usize = 2;

static RING: AtomicPtr<Region> = AtomicPtr::new(std::ptr::null_mut());

/// One operation of a traced run.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When it began, monotonic nanoseconds.
    pub start: u64,
    /// When it ended, monotonic nanoseconds.
    pub end: u64,
    /// The action's number.
    pub action: u32,
    /// The object, or [`crate::baton::NO_OBJECT`].
    pub object: u32,
    /// Its first argument.
    pub a: u64,
    /// Its second argument.
    pub b: u64,
    /// What it gave.
    pub result: u64,
}

/// Bytes of trace memory for `workers` rings of `events` events.
pub fn bytes(workers: usize, events: usize) -> usize {
    (workers * ring_words(events) * 8).next_multiple_of(4096)
}

fn ring_words(events: usize) -> usize {
    HEAD_WORDS + events * EVENT_WORDS
}

fn capacity(region: &Region) -> usize {
    (region.len() / 8 / crate::region::MAX_WORKERS).saturating_sub(HEAD_WORDS) / EVENT_WORDS
}

/// Sends this process's events to a trace region.
pub(crate) fn attach(region: &'static Region) {
    RING.store(std::ptr::from_ref(region).cast_mut(), Relaxed);
}

/// Runs the operation between two looks at the clock and stores the event.
pub(crate) fn record(op: Op, act: &mut dyn FnMut() -> u64) -> u64 {
    let start = sys::monotonic_ns();
    let result = act();
    let end = sys::monotonic_ns();
    // SAFETY: `attach` stored a region that lives as long as the process, or nothing.
    if let Some(region) = unsafe { RING.load(Relaxed).as_ref() } {
        let events = capacity(region);
        let base = process::me() as usize * ring_words(events) * 8;
        let stored = region.word(base);
        let at = stored.load(Relaxed) as usize;
        if at >= events {
            region.word(base + 8).fetch_add(1, Relaxed);
            return result;
        }
        let first = base + (HEAD_WORDS + at * EVENT_WORDS) * 8;
        let kind = u64::from(op.action as u32) << 32 | u64::from(op.object);
        for (word, value) in [start, end, kind, op.a, op.b, result].into_iter().enumerate() {
            region.word(first + word * 8).store(value, Relaxed);
        }
        stored.store(at as u64 + 1, Relaxed);
    }
    result
}

/// The events of one worker and how many did not fit. Call it when the worker has ended.
pub fn read(region: &Region, worker: usize) -> (Vec<Event>, u64) {
    let events = capacity(region);
    let base = worker * ring_words(events) * 8;
    let word = |at: usize| region.word(base + at * 8).load(Relaxed);
    let stored = (word(0) as usize).min(events);
    let list = (0..stored)
        .map(|i| {
            let first = HEAD_WORDS + i * EVENT_WORDS;
            let kind = word(first + 2);
            Event {
                start: word(first),
                end: word(first + 1),
                action: (kind >> 32) as u32,
                object: kind as u32,
                a: word(first + 3),
                b: word(first + 4),
                result: word(first + 5),
            }
        })
        .collect();
    (list, word(1))
}
