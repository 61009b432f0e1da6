//! Workers that only look: when does one wait for somebody, and how many of its looks matter?
//!
//! Code that looks twice is common. Code that looks a third time and sees the same, having computed nothing in between,
//! waits for somebody: it **spins**, and nothing new comes of it until it would see something else. How often it looked
//! before that is no difference then. So a search that has seen a worker spin after what it has lived through so far
//! lets it look **once** there from then on; code that looks twice and then does something else is never seen to spin.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use shared::baton::Op;

use super::model::Model;

/// How often a worker may see the same before it counts as spinning.
const FREE_LOOKS: u32 = 2;

/// Places at which workers were seen to spin, as numbers of all that they had lived through.
pub type Waits = RefCell<HashSet<u64>>;

/// What a worker has looked at since it last changed or computed something.
#[derive(Clone, Debug)]
pub(super) struct Looks {
    /// Each look, what it saw, and how often.
    seen: Vec<(Op, u64, u32)>,
    /// Looks beyond the free ones.
    pub last_looks: u32,
    /// A number for who the worker is and everything that it has learned before these looks.
    past: u64,
}

impl Looks {
    /// Worker `worker` has not looked at anything yet. What it does next depends on what it has learned and on who it is: where
    /// others do the same at first, it need not go on as they do.
    pub fn of(worker: usize) -> Looks {
        Looks::after(number(&worker))
    }

    fn after(past: u64) -> Looks {
        Looks { seen: Vec::new(), last_looks: 0, past }
    }

    /// Whether a worker that wants to look spins. `waits`: where it is known that it would.
    pub fn is_spinning(&self, op: &Op, model: &Model, waits: Option<&Waits>) -> bool {
        let times = self.seen.iter().find(|(o, _, _)| o == op).map_or(0, |(_, _, times)| *times);
        if times == 0 || !self.would_see_the_same(model) {
            return false;
        }
        let known = || waits.is_some_and(|known| known.borrow().contains(&self.place(op)));
        times >= FREE_LOOKS || known()
    }

    /// What decides, apart from the look itself, whether a worker that wants to look once more may do so.
    pub fn watched(&self, op: &Op) -> impl Iterator<Item = &Op> {
        let again = self.seen.iter().any(|(seen, _, _)| seen == op);
        self.seen.iter().map(|(seen, _, _)| seen).filter(move |seen| again && *seen != op)
    }

    /// A worker stopped before this look: if it spins, remembers where.
    pub fn note_wait(&self, op: &Op, model: &Model, waits: &Waits) {
        if self.is_spinning(op, model, None) {
            waits.borrow_mut().insert(self.place(op));
        }
    }

    /// The worker looks and sees this.
    pub fn look(&mut self, op: &Op, sees: u64, model: &Model) {
        // Whatever it would see now may be what it waited for: it starts afresh. That it looks at something new now, and not
        // before the others changed, is no such difference.
        let again = self.seen.iter().any(|(seen, _, _)| seen == op);
        if again && !self.would_see_the_same(model) {
            self.forget();
        }
        match self.seen.iter_mut().find(|(o, _, _)| o == op) {
            Some(known) => known.2 += 1,
            None => self.seen.push((*op, sees, 1)),
        }
        self.last_looks += u32::from(self.seen.iter().any(|(_, _, times)| *times > FREE_LOOKS));
    }

    /// The worker changed or computed something, and learned this from it.
    pub fn act(&mut self, op: &Op, learned: &impl Hash) {
        self.forget();
        self.past = number(&(self.past, op, number(learned)));
    }

    fn forget(&mut self) {
        *self = Looks::after(number(&(self.past, &self.seen)));
    }

    fn would_see_the_same(&self, model: &Model) -> bool {
        self.seen.iter().all(|(op, saw, _)| model.sight(op) == Some(*saw))
    }

    /// Where a worker is that has seen this, however often, and wants to look again.
    fn place(&self, op: &Op) -> u64 {
        let seen: Vec<(&Op, u64)> = self.seen.iter().map(|(op, saw, _)| (op, *saw)).collect();
        number(&(self.past, seen, op))
    }
}

fn number(what: &impl Hash) -> u64 {
    let mut hash = DefaultHasher::new();
    what.hash(&mut hash);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::baton::Action;
    use shared::region::{Kind, Layout};

    fn load(object: u32) -> Op {
        Op { action: Action::Load, object, a: 0, b: 0 }
    }

    /// Two cells, and a worker that has looked at the first of them this often after it learned `before`.
    fn looked(times: u32, before: u64) -> (Looks, Model) {
        looked_by(0, times, before)
    }

    fn looked_by(worker: usize, times: u32, before: u64) -> (Looks, Model) {
        let mut layout = Layout::default();
        (0..2).for_each(|_| _ = layout.add("cell", Kind::Cell { init: 0 }));
        let model = Model::new(&layout, 1);
        let mut looks = Looks::of(worker);
        looks.act(&load(1), &before);
        (0..times).for_each(|_| looks.look(&load(0), 0, &model));
        (looks, model)
    }

    #[test]
    fn who_was_seen_to_wait_looks_once_at_that_place_and_nowhere_else() {
        let waits = Waits::default();
        let spins = |(looks, model): (Looks, Model)| looks.is_spinning(&load(0), &model, Some(&waits));
        let remember = |(looks, model): (Looks, Model)| looks.note_wait(&load(0), &model, &waits);
        remember(looked(1, 7));
        assert!(!spins(looked(1, 7)), "a second look is no wait yet");
        assert!(spins(looked(2, 7)), "a third one is");
        remember(looked(2, 7));
        assert!(spins(looked(1, 7)));
        assert!(!spins(looked(0, 7)), "it must have looked");
        assert!(!spins(looked(1, 8)), "somebody who knows something else may look twice and then do something else");
        assert!(!spins(looked_by(1, 1, 7)), "so may somebody else");
    }

    #[test]
    fn a_spinner_goes_on_when_it_would_see_something_else_and_only_then() {
        let (looks, mut model) = looked(2, 0);
        let mut store = |object: u32, value| {
            let op = Op { action: Action::Store, object, a: 0, b: value };
            model.apply(0, &op, &mut Vec::new());
            looks.is_spinning(&load(0), &model, None)
        };
        assert!(store(1, 5), "another cell");
        assert!(store(0, 0), "the same value");
        assert!(!store(0, 5));
        assert!(store(0, 0), "what was gone again before it looked");
    }
}
