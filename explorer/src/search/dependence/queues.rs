//! What a step touches of a queue.
//!
//! Puts work at the tail and takes at the head, so a put and a take are independent, except for three cases: the take gets
//! the very item that the put brought, the put needs the very place that the take freed, or one of them found the queue so
//! empty (or full) that the other would have changed what it got. Items and places are named by their count from the
//! beginning. Giving items back makes counts run backwards, so it touches the whole queue.

use shared::baton::{Action, Op};
use shared::words::queue::MAX_BATCH;

use super::{Rule, Rules, Touches, part};
use crate::drive::model::Queue;

const WHOLE: u64 = 0;
const HEAD: u64 = 1;
const TAIL: u64 = 2;
/// Plus a worker's number.
const DONE: u64 = 0x100;
/// Plus an item's count: it is there.
const ITEM: u64 = 0x1_0000_0000;
/// Plus an item's count: it is out of the ring.
const PLACE: u64 = 0x2_0000_0000;

fn item(count: u64) -> u64 {
    ITEM | (count & 0xffff_ffff)
}

fn place(count: u64) -> u64 {
    PLACE | (count & 0xffff_ffff)
}

/// Adds what worker `worker` touches when it does `op` now.
pub fn add(t: &mut Touches, queue: &Queue, worker: usize, op: &Op, rules: Rules) {
    let mut queue = Part { t, queue, op, worker, rules };
    let changes_all = matches!(op.action, Action::Close | Action::GiveBack);
    queue.touch(Rule::QueueWhole, WHOLE, changes_all, !changes_all, changes_all);
    match op.action {
        Action::Put => queue.put(),
        Action::Take | Action::TryTake | Action::Lease => queue.take(),
        Action::IsEmpty => queue.look(),
        Action::Acknowledge => {
            let brings_nearer = queue.queue.is_leased_by(worker);
            queue.touch(Rule::QueueDone, DONE | worker as u64, true, false, brings_nearer);
        }
        Action::Join => queue.join(),
        _ => {}
    }
}

/// Adds that everything a worker has leased comes back.
pub fn add_return(t: &mut Touches, object: u32) {
    t.add(part(object, WHOLE), true, false, true);
}

struct Part<'p> {
    t: &'p mut Touches,
    queue: &'p Queue,
    op: &'p Op,
    worker: usize,
    rules: Rules,
}

impl Part<'_> {
    fn touch(&mut self, rule: Rule, key: u64, writes: bool, waits: bool, frees: bool) {
        if self.rules.has(rule) {
            self.t.add(part(self.op.object, key), writes, waits, frees);
        }
    }

    fn put(&mut self) {
        let (tail, room, wanted) = (self.queue.tail(), self.queue.room() as u64, self.op.a);
        if self.queue.closed {
            // Perhaps it had to wait until the queue was closed, because others had filled it: before them it could have gone.
            self.touch(Rule::QueueEnd, TAIL, false, true, false);
            return;
        }
        self.touch(Rule::QueueEnd, TAIL, true, false, true);
        for count in (0..room.min(wanted)).map(|n| tail.wrapping_add(n)) {
            self.touch(Rule::QueueItem, item(count), true, false, true);
            // Its place is free since the item one round before has left.
            self.touch(Rule::QueueItem, place(count.wrapping_sub(self.queue.capacity() as u64)), false, true, false);
        }
        if room < wanted {
            self.touch(Rule::QueueEnd, HEAD, false, true, false);
        }
    }

    fn take(&mut self) {
        let (head, there) = (self.queue.head, self.queue.items.len() as u64);
        let wanted = if self.op.action == Action::Lease { self.op.a.min(MAX_BATCH as u64) } else { 1 };
        let taken = there.min(wanted);
        // Who finds nothing changes nothing: it only reads where the head is.
        self.touch(Rule::QueueEnd, HEAD, taken > 0, false, taken > 0);
        for count in (0..taken).map(|n| head.wrapping_add(n)) {
            self.touch(Rule::QueueItem, item(count), false, true, false);
            self.touch(Rule::QueueItem, place(count), true, false, true);
        }
        if taken < wanted {
            self.touch(Rule::QueueEnd, TAIL, false, true, false);
        }
        match (taken, self.op.action) {
            (0, Action::TryTake) => {}
            (0, _) => self.learn_that_all_is_done(),
            (_, Action::Lease) => {}
            // Taken for good is done.
            _ => self.touch(Rule::QueueDone, DONE | self.worker as u64, true, false, true),
        }
    }

    fn look(&mut self) {
        self.touch(Rule::QueueEnd, HEAD, false, false, false);
        match self.queue.items.is_empty() {
            true => self.touch(Rule::QueueEnd, TAIL, false, false, false),
            false => self.touch(Rule::QueueItem, item(self.queue.head), false, false, false),
        }
    }

    /// Whoever finds nothing, and nothing can come any more.
    fn learn_that_all_is_done(&mut self) {
        self.touch(Rule::QueueEnd, TAIL, false, true, false);
        for worker in 0..self.queue.leases.len() as u64 {
            self.touch(Rule::QueueDone, DONE | worker, false, true, false);
        }
    }

    /// While anything is in the queue or leased, whoever has put, taken or returned something else, nobody joins.
    fn join(&mut self) {
        self.touch(Rule::QueueEnd, TAIL, false, true, false);
        if self.rules.has(Rule::QueueDone) {
            for worker in 0..self.queue.leases.len() as u64 {
                self.t.add_wait_for_each(part(self.op.object, DONE | worker), false);
            }
        }
    }
}
