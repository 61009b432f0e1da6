//! Data races by vector clocks: a plain word that two workers use, one of them writing, with nothing that orders the two.
//!
//! The value may have come out right in every interleaving and the program is still wrong, because real processors and
//! compilers may reorder what nothing orders. The edges are those of the toolkit's promises: a lock's release to its next
//! acquisition (a dead holder's death included), a release store or exchange to the acquire that reads it, coming to a
//! barrier to leaving it, a worker's end to whoever awaited it, a send to whoever takes the bytes. A relaxed load or store makes no edge.
//! The method is that of DJIT+ (Pozniansky and Schuster, PPoPP 2003).

use std::collections::HashMap;

use shared::baton::Action;
use shared::endpoint::ring;

use crate::drive::step::{Step, What};

mod queues;

/// Two steps that use the same plain word without an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// The earlier step.
    pub first: usize,
    /// The later step.
    pub second: usize,
    /// The array.
    pub object: u32,
    /// The word.
    pub word: u64,
}

type Clock = Vec<u32>;

#[derive(Default)]
struct Word {
    written: Option<(usize, u32, usize)>,
    read: Vec<(usize, u32, usize)>,
}

struct Detector {
    clocks: Vec<Clock>,
    /// What a cell's last value, a lock's last release or a barrier's meeting carries.
    carried: HashMap<(u32, u64), Clock>,
    queues: HashMap<u32, queues::Carried>,
    holds: Vec<Vec<u32>>,
    dead: Vec<usize>,
    /// Those that ended by themselves.
    gone: Vec<usize>,
    words: HashMap<(u32, u64), Word>,
}

/// The first race of an execution with `workers` workers.
pub fn first(steps: &[Step], workers: usize) -> Option<Race> {
    let mut detector = Detector {
        clocks: vec![vec![0; workers]; workers],
        carried: HashMap::new(),
        queues: HashMap::new(),
        holds: vec![Vec::new(); workers],
        dead: Vec::new(),
        gone: Vec::new(),
        words: HashMap::new(),
    };
    steps.iter().enumerate().find_map(|(at, step)| detector.step(at, step))
}

impl Detector {
    fn step(&mut self, at: usize, step: &Step) -> Option<Race> {
        let w = step.worker;
        self.clocks[w][w] += 1;
        let op = match &step.what {
            What::Did(op) => op,
            What::Killed(_) => {
                self.kill(w);
                return None;
            }
            What::Returned => {
                self.gone.push(w);
                return None;
            }
            _ => return None,
        };
        let key = (op.object, 0);
        match op.action {
            Action::LoadAcquire => self.acquire(w, key),
            Action::Store => drop(self.carried.remove(&key)),
            Action::StoreRelease => drop(self.carried.insert(key, self.clocks[w].clone())),
            Action::FetchAdd => self.exchange(w, key),
            Action::CompareExchange if step.result == op.a => self.exchange(w, key),
            Action::CompareExchange => self.acquire(w, key),
            Action::Lock => {
                self.acquire(w, key);
                self.holds[w].push(op.object);
            }
            Action::Unlock => {
                self.carried.insert(key, self.clocks[w].clone());
                self.holds[w].retain(|held| *held != op.object);
            }
            Action::Arrive => {
                let meeting = (op.object, step.result >> 1);
                self.release_into(w, meeting);
                if step.result & 1 == 1 {
                    self.meet(w, meeting);
                }
            }
            Action::Leave => self.meet(w, (op.object, op.a)),
            Action::AwaitExit => (0..self.clocks.len()).filter(|o| op.a >> o & 1 == 1).for_each(|o| self.learn(w, o)),
            Action::CrewWait => (0..self.clocks.len()).filter(|o| op.a >> o & 1 == 1).for_each(|o| self.learn(w, o)),
            Action::CrewNext if step.result > 1 => self.learn(w, (step.result >> 1) as usize - 1),
            // Who is started knows what its starter did.
            Action::CrewRespawn => self.learn(op.a as usize, w),
            Action::Put
            | Action::Take
            | Action::TryTake
            | Action::Lease
            | Action::Acknowledge
            | Action::GiveBack
            | Action::Close
            | Action::Join => {
                let queue = self.queues.entry(op.object).or_default();
                queue.step(w, op, step.result, step.items, &mut self.clocks[w]);
            }
            Action::Send | Action::TrySend | Action::HangUp if step.result == 0 => self.release_into(w, key),
            Action::Receive => self.take(w, op.object, step.result & ring::TIME_OVER),
            Action::ReceiveAny => self.take(w, op.object + 2 * (step.result >> 32) as u32, step.result & 0xffff_ffff),
            Action::ReadWord | Action::WriteWord => return self.plain(at, w, op.object, op.a, op.action),
            _ => {}
        }
        None
    }

    fn acquire(&mut self, w: usize, key: (u32, u64)) {
        if let Some(carried) = self.carried.get(&key) {
            join(&mut self.clocks[w], carried);
        }
    }

    fn release_into(&mut self, w: usize, key: (u32, u64)) {
        let clock = self.clocks[w].clone();
        self.carried.entry(key).and_modify(|c| join(c, &clock)).or_insert(clock);
    }

    /// A read-modify-write acquires, releases, and hands on what the value carried before.
    fn exchange(&mut self, w: usize, key: (u32, u64)) {
        self.acquire(w, key);
        self.release_into(w, key);
    }

    /// Whoever takes bytes knows what their sender did before; whoever sees the end of a stream, what those that are gone did.
    /// The bytes of several sends are not told apart: that forgives a little more than it must.
    fn take(&mut self, w: usize, stream: u32, count: u64) {
        if matches!(count, ring::TIME_OVER | ring::ROOM_AGAIN) {
            return;
        }
        self.acquire(w, (stream, 0));
        if count == 0 {
            let gone: Vec<usize> = self.dead.iter().chain(&self.gone).copied().collect();
            gone.into_iter().for_each(|other| self.learn(w, other));
        }
    }

    fn learn(&mut self, w: usize, from: usize) {
        let clock = self.clocks[from].clone();
        join(&mut self.clocks[w], &clock);
    }

    /// Whoever a barrier lets go knows what all who came did, and what the dead did.
    fn meet(&mut self, w: usize, meeting: (u32, u64)) {
        self.acquire(w, meeting);
        for dead in self.dead.clone() {
            self.learn(w, dead);
        }
    }

    /// The next holder of a dead worker's lock knows what it did.
    fn kill(&mut self, victim: usize) {
        for lock in std::mem::take(&mut self.holds[victim]) {
            self.carried.insert((lock, 0), self.clocks[victim].clone());
        }
        for queue in self.queues.values_mut() {
            queue.give_back(victim, &self.clocks[victim]);
        }
        self.dead.push(victim);
    }

    fn plain(&mut self, at: usize, w: usize, object: u32, word: u64, action: Action) -> Option<Race> {
        let clock = &self.clocks[w];
        let unordered = |(who, when, _): &(usize, u32, usize)| *who != w && clock[*who] < *when;
        let state = self.words.entry((object, word)).or_default();
        let writes = action == Action::WriteWord;
        let written = state.written.filter(|access| unordered(access));
        let read = state.read.iter().copied().filter(|_| writes).find(|access| unordered(access));
        if let Some((_, _, first)) = written.or(read) {
            return Some(Race { first, second: at, object, word });
        }
        let access = (w, clock[w], at);
        if writes {
            *state = Word { written: Some(access), read: Vec::new() };
        } else {
            state.read.push(access);
        }
        None
    }
}

fn join(mine: &mut Clock, theirs: &Clock) {
    for (m, t) in mine.iter_mut().zip(theirs) {
        *m = (*m).max(*t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::baton::Op;

    fn did(worker: usize, action: Action, object: u32, a: u64, result: u64) -> Step {
        Step { result, ..Step::new(worker, What::Did(Op { action, object, a, b: 1 })) }
    }

    const FLAG: u32 = 0;
    const DATA: u32 = 1;

    fn publish(store: Action, load: Action) -> Option<Race> {
        let steps = [
            did(0, Action::WriteWord, DATA, 0, 0),
            did(0, store, FLAG, 0, 0),
            did(1, load, FLAG, 0, 1),
            did(1, Action::ReadWord, DATA, 0, 1),
        ];
        first(&steps, 2)
    }

    #[test]
    fn release_and_acquire_order_the_data() {
        assert_eq!(publish(Action::StoreRelease, Action::LoadAcquire), None);
    }

    #[test]
    fn a_relaxed_side_is_a_race_even_though_the_value_is_right() {
        let race = Some(Race { first: 0, second: 3, object: DATA, word: 0 });
        assert_eq!(publish(Action::Store, Action::LoadAcquire), race);
        assert_eq!(publish(Action::StoreRelease, Action::Load), race);
    }

    #[test]
    fn a_dead_holder_hands_on_what_it_did() {
        let lock = |w, r| did(w, Action::Lock, FLAG, 0, r);
        let mut steps = vec![lock(0, 0), did(0, Action::WriteWord, DATA, 0, 0)];
        let op = Op { action: Action::Unlock, object: FLAG, a: 0, b: 0 };
        steps.push(Step::new(0, What::Killed(op)));
        steps.extend([lock(1, 1), did(1, Action::WriteWord, DATA, 0, 0)]);
        assert_eq!(first(&steps, 2), None);
    }

    #[test]
    fn whoever_takes_bytes_knows_what_their_sender_did() {
        let steps = |count| {
            [
                did(0, Action::WriteWord, DATA, 0, 0),
                did(0, Action::Send, FLAG, 3, ring::DONE),
                did(1, Action::Receive, FLAG, 9, count),
                did(1, Action::ReadWord, DATA, 0, 1),
            ]
        };
        assert_eq!(first(&steps(3), 2), None);
        let race = Some(Race { first: 0, second: 3, object: DATA, word: 0 });
        assert_eq!(first(&steps(ring::TIME_OVER), 2), race, "who got nothing in time learnt nothing");
    }

    #[test]
    fn two_writers_without_an_order_race() {
        let steps = [did(0, Action::WriteWord, DATA, 3, 0), did(1, Action::WriteWord, DATA, 3, 0)];
        assert_eq!(first(&steps, 2), Some(Race { first: 0, second: 1, object: DATA, word: 3 }));
    }
}
