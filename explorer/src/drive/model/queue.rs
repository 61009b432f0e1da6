//! The grader's model of a queue: the items in it, who holds which of them, and where each must lie in real memory.

use std::collections::VecDeque;
use std::mem::offset_of;

use shared::baton::{Action, Op};
use shared::region::QueuePlaces;
use shared::words::queue::{CLOSED, Control, MAX_BATCH, lease_word, places};

/// An item's words.
pub type Item = Vec<u64>;

/// The items that a worker has leased and not acknowledged, and where in its lease area the first of them lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Leased {
    /// How many have been acknowledged already.
    pub first: usize,
    /// The rest.
    pub items: VecDeque<Item>,
}

/// The state of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    words: usize,
    capacity: usize,
    /// Where the first item is; counts up with each item that leaves, down with each that comes back.
    pub head: u64,
    /// The items that can be taken, the first one in front.
    pub items: VecDeque<Item>,
    /// Whether nothing may be put in any more.
    pub closed: bool,
    /// One a worker.
    pub leases: Vec<Leased>,
}

impl Queue {
    /// An empty, open queue.
    pub fn new(words: usize, capacity: usize, workers: usize) -> Queue {
        let leases = vec![Leased::default(); workers];
        Queue { words, capacity, head: 0, items: VecDeque::new(), closed: false, leases }
    }

    /// Where the next item goes.
    pub fn tail(&self) -> u64 {
        self.head.wrapping_add(self.items.len() as u64)
    }

    /// How many items fit now.
    pub fn room(&self) -> usize {
        self.capacity.saturating_sub(self.items.len())
    }

    /// Words an item.
    pub fn words(&self) -> usize {
        self.words
    }

    /// How many items fit in all.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether everything that was put in is done.
    pub fn is_drained(&self) -> bool {
        self.items.is_empty() && self.leases.iter().all(|l| l.items.is_empty())
    }

    /// Why an operation makes no sense, if it does not.
    pub fn refuse(&self, op: &Op) -> Option<String> {
        let fine = match op.action {
            Action::Put => (1..=MAX_BATCH as u64).contains(&op.a),
            Action::Lease => op.a > 0,
            _ => true,
        };
        (!fine).then(|| format!("{:?} of {} items", op.action, op.a))
    }

    /// Whether the operation could proceed now. A second lease proceeds: to a panic that says what is wrong.
    pub fn enabled(&self, worker: usize, action: Action) -> bool {
        let ended = self.closed && self.is_drained();
        match action {
            Action::Put => self.closed || self.room() > 0,
            Action::Lease if !self.leases[worker].items.is_empty() => true,
            Action::Take | Action::Lease => !self.items.is_empty() || ended,
            Action::Join => self.is_drained(),
            _ => true,
        }
    }

    /// Does the operation and gives its result. `data` brings what is put in and takes what is got.
    pub fn apply(&mut self, worker: usize, op: &Op, data: &mut Vec<u64>) -> u64 {
        match op.action {
            Action::Put if self.closed => {
                data.clear();
                CLOSED
            }
            Action::Put => {
                let count = self.room().min(op.a as usize);
                data.truncate(count * self.words);
                self.items.extend(data.chunks(self.words).map(<[u64]>::to_vec));
                count as u64
            }
            Action::Take | Action::TryTake => {
                let taken = self.pop(1);
                data.extend(taken.iter().flatten());
                taken.len() as u64
            }
            Action::Lease if !self.leases[worker].items.is_empty() => 0,
            Action::Lease => {
                let taken = self.pop((op.a as usize).min(MAX_BATCH));
                data.extend(taken.iter().flatten());
                let count = taken.len() as u64;
                self.leases[worker] = Leased { first: 0, items: taken };
                count
            }
            Action::Acknowledge => {
                let lease = &mut self.leases[worker];
                let count = (op.a as usize).min(lease.items.len());
                data.extend(lease.items.drain(..count).flatten());
                lease.first = if lease.items.is_empty() { 0 } else { lease.first + count };
                0
            }
            Action::GiveBack => {
                self.give_back(worker);
                0
            }
            Action::IsEmpty => u64::from(self.items.is_empty()),
            Action::Close => {
                self.closed = true;
                0
            }
            _ => 0,
        }
    }

    fn pop(&mut self, most: usize) -> VecDeque<Item> {
        let count = most.min(self.items.len());
        self.head = self.head.wrapping_add(count as u64);
        self.items.drain(..count).collect()
    }

    /// Whether the worker holds items that would come back if it ended.
    pub fn is_leased_by(&self, worker: usize) -> bool {
        self.leases.get(worker).is_some_and(|l| !l.items.is_empty())
    }

    /// Puts what the worker has leased back to the head.
    pub fn give_back(&mut self, worker: usize) {
        let Some(lease) = self.leases.get_mut(worker) else { return };
        let back = std::mem::take(lease).items;
        self.head = self.head.wrapping_sub(back.len() as u64);
        for item in back.into_iter().rev() {
            self.items.push_front(item);
        }
    }

    /// Hands every word that real memory must hold to `check`: its place from the queue's start, and its value.
    pub fn memory(&self, owner_id: impl Fn(usize) -> u64, check: &mut dyn FnMut(usize, u64)) {
        let at = QueuePlaces::new(self.words, self.capacity, self.leases.len());
        check(offset_of!(Control, take.place), self.head);
        check(offset_of!(Control, put.place), self.tail());
        for (worker, lease) in self.leases.iter().enumerate() {
            check(at.leases + worker * 8, lease_word(owner_id(worker) as u32, lease.first, lease.items.len()));
            let area = at.areas + (worker * MAX_BATCH + lease.first) * self.words * 8;
            lease.items.iter().flatten().enumerate().for_each(|(word, value)| check(area + word * 8, *value));
        }
        let mask = places(self.capacity, self.leases.len()) - 1;
        for (number, item) in self.items.iter().enumerate() {
            let place = self.head.wrapping_add(number as u64) as usize & mask;
            let start = at.ring + place * self.words * 8;
            item.iter().enumerate().for_each(|(word, value)| check(start + word * 8, *value));
        }
    }
}
