//! What a queue orders: putting an item before taking it, acknowledging it before learning that everything is done,
//! closing before learning of it. Items that come back carry what their last holder knew, whether it gave them back or died.

use std::collections::VecDeque;

use shared::baton::{Action, Op};
use shared::words::queue::CLOSED;

use super::{Clock, join};

/// What the parts of a queue carry.
#[derive(Default)]
pub struct Carried {
    items: VecDeque<Clock>,
    /// One a worker that has leased: what its items carry.
    leases: Vec<(usize, VecDeque<Clock>)>,
    done: Clock,
    closed: Clock,
}

impl Carried {
    /// A worker with this clock does an operation; `count` is how many items it moved.
    pub fn step(&mut self, worker: usize, op: &Op, result: u64, count: usize, clock: &mut Clock) {
        match op.action {
            Action::Put if result == CLOSED => learn(clock, &self.closed),
            Action::Put => self.items.extend(std::iter::repeat_n(clock.clone(), count)),
            Action::Take | Action::TryTake | Action::Lease if count > 0 => {
                let taken: VecDeque<Clock> = self.items.drain(..count.min(self.items.len())).collect();
                taken.iter().for_each(|carried| learn(clock, carried));
                match op.action {
                    Action::Lease => self.leases.push((worker, taken)),
                    _ => learn(&mut self.done, clock),
                }
            }
            Action::Take | Action::Lease => {
                learn(clock, &self.closed);
                learn(clock, &self.done);
            }
            Action::Acknowledge => {
                learn(&mut self.done, clock);
                if let Some((_, items)) = self.leases.iter_mut().find(|(w, _)| *w == worker) {
                    items.drain(..count.min(items.len()));
                }
                self.leases.retain(|(_, items)| !items.is_empty());
            }
            Action::GiveBack => self.give_back(worker, clock),
            Action::Close => learn(&mut self.closed, clock),
            Action::Join => learn(clock, &self.done),
            _ => {}
        }
    }

    /// What the worker has leased comes back and carries what the worker knew.
    pub fn give_back(&mut self, worker: usize, clock: &Clock) {
        let Some(at) = self.leases.iter().position(|(w, _)| *w == worker) else { return };
        for mut item in self.leases.remove(at).1.into_iter().rev() {
            learn(&mut item, clock);
            self.items.push_front(item);
        }
    }
}

/// As [`join`], for a clock that may still be empty.
fn learn(mine: &mut Clock, theirs: &Clock) {
    if mine.is_empty() {
        mine.clone_from(theirs);
    } else {
        join(mine, theirs);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Race, first};
    use crate::drive::step::{Step, What};
    use shared::baton::{Action, Op};

    const QUEUE: u32 = 0;
    const DATA: u32 = 1;

    fn step(worker: usize, action: Action, object: u32, result: u64, items: usize) -> Step {
        let op = Op { action, object, a: 0, b: 1 };
        Step { result, data: vec![7; items], items, ..Step::new(worker, What::Did(op)) }
    }

    fn write(worker: usize) -> Step {
        step(worker, Action::WriteWord, DATA, 0, 0)
    }

    #[test]
    fn an_item_carries_what_its_putter_did() {
        let put = step(0, Action::Put, QUEUE, 1, 1);
        let take = step(1, Action::Take, QUEUE, 1, 1);
        assert_eq!(first(&[write(0), put.clone(), take.clone(), write(1)], 2), None);
        let race = Some(Race { first: 1, second: 3, object: DATA, word: 0 });
        assert_eq!(first(&[put, write(0), take, write(1)], 2), race, "written after the put");
    }

    #[test]
    fn a_look_at_an_empty_queue_orders_nothing() {
        let close = step(0, Action::Close, QUEUE, 0, 0);
        let look = step(1, Action::IsEmpty, QUEUE, 1, 0);
        let told = step(1, Action::Take, QUEUE, 0, 0);
        assert_eq!(first(&[write(0), close.clone(), told, write(1)], 2), None);
        assert!(first(&[write(0), close, look, write(1)], 2).is_some());
    }

    #[test]
    fn a_lease_that_comes_back_carries_what_the_dead_did() {
        let put = step(2, Action::Put, QUEUE, 1, 1);
        let lease = |w| step(w, Action::Lease, QUEUE, 1, 1);
        let op = Op { action: Action::Acknowledge, object: QUEUE, a: 1, b: 0 };
        let killed = Step::new(0, What::Killed(op));
        let steps = [put, lease(0), write(0), killed, lease(1), write(1)];
        assert_eq!(first(&steps, 3), None);
    }
}
