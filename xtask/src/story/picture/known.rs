//! What each worker last knew of each cell, and which locks it held, line by line: why it did what it did.

use std::collections::BTreeMap;

use shared::baton::{Action, Op};
use shared::region::{Kind, Layout};

use crate::drive::step::{Step, What};
use crate::story::words::Line;

/// The value of a cell that a worker read or wrote last, beside the value that the cell has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// The cell's number in the layout.
    pub cell: u32,
    /// What the worker knows.
    pub value: u64,
    /// What is there.
    pub now: u64,
}

impl Belief {
    /// Whether somebody has written another value since. One that was written back does not count: what the worker
    /// knows is then true again.
    pub fn out_of_date(&self) -> bool {
        self.value != self.now
    }
}

/// All beliefs of all workers, `[worker]`, in the order of the cells.
pub type Beliefs = Vec<Vec<Belief>>;

/// What the workers know after each line, `[line][worker]`. Those that ended or were killed know nothing any more.
pub fn line_by_line(lines: &[Line], steps: &[Step], layout: &Layout, workers: usize) -> Vec<Beliefs> {
    let mut knowledge = Knowledge { cells: first_values(layout), known: vec![BTreeMap::new(); workers] };
    let mut next = 0;
    let after = |line: &Line| {
        steps[next..=line.last].iter().for_each(|step| knowledge.follow(step));
        next = line.last + 1;
        knowledge.beliefs()
    };
    lines.iter().map(after).collect()
}

fn first_values(layout: &Layout) -> BTreeMap<u32, u64> {
    let cell = |(at, kind): (usize, Kind)| match kind {
        Kind::Cell { init } => Some((at as u32, init)),
        _ => None,
    };
    layout.objects.iter().map(|o| o.kind).enumerate().filter_map(cell).collect()
}

struct Knowledge {
    cells: BTreeMap<u32, u64>,
    known: Vec<BTreeMap<u32, u64>>,
}

impl Knowledge {
    fn follow(&mut self, step: &Step) {
        match &step.what {
            What::Did(op) => {
                if let Some(value) = value_after(op, step.result) {
                    self.cells.insert(op.object, value);
                    self.known[step.worker].insert(op.object, value);
                }
            }
            _ => self.known[step.worker].clear(),
        }
    }

    fn beliefs(&self) -> Beliefs {
        let belief = |(cell, value): (&u32, &u64)| Belief { cell: *cell, value: *value, now: self.cells[cell] };
        self.known.iter().map(|known| known.iter().map(belief).collect()).collect()
    }
}

/// What the cell holds after an operation, which whoever did it knows.
fn value_after(op: &Op, result: u64) -> Option<u64> {
    match op.action {
        Action::Load | Action::LoadAcquire => Some(result),
        Action::Store | Action::StoreRelease => Some(op.b),
        Action::CompareExchange => Some(if result == op.a { op.b } else { result }),
        Action::FetchAdd => Some(result.wrapping_add(op.b)),
        _ => None,
    }
}

/// The lines during which a worker held a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Who.
    pub worker: usize,
    /// The line that takes the lock.
    pub first: usize,
    /// The line that frees it, or the worker's last one.
    pub last: usize,
}

/// All holds, in the order in which the locks were taken.
pub fn holds(lines: &[Line], steps: &[Step]) -> Vec<Hold> {
    let taken = |(at, line): (usize, &Line)| {
        let lock = steps[line.first].op().filter(|op| op.action == Action::Lock)?;
        let mut later = lines.iter().enumerate().skip(at).filter(|(_, l)| l.worker == line.worker);
        let frees = |step: &Step| step.op().is_some_and(|op| op.action == Action::Unlock && op.object == lock.object);
        let last = later.clone().find(|(_, l)| frees(&steps[l.first])).or_else(|| later.next_back())?.0;
        Some(Hold { worker: line.worker, first: at, last })
    };
    lines.iter().enumerate().filter_map(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn did(worker: usize, action: Action, object: u32, a: u64, b: u64, result: u64) -> Step {
        Step { result, ..Step::new(worker, What::Did(Op { action, object, a, b })) }
    }

    fn one_line_a_step(steps: &[Step]) -> Vec<Line> {
        let line = |(at, s): (usize, &Step)| Line { worker: s.worker, text: String::new(), first: at, last: at };
        steps.iter().enumerate().map(line).collect()
    }

    fn layout() -> Layout {
        let mut layout = Layout::default();
        layout.value("stop");
        layout
    }

    #[test]
    fn a_write_makes_what_another_read_out_of_date_until_it_is_written_back() {
        let write = |value| did(1, Action::Store, 1, 0, value, 0);
        let steps = [did(0, Action::Load, 1, 0, 0, 0), write(1), write(0)];
        let known = line_by_line(&one_line_a_step(&steps), &steps, &layout(), 2);
        let of_the_first: Vec<bool> = known.iter().map(|k| k[0][0].out_of_date()).collect();
        assert_eq!(of_the_first, [false, true, false]);
        assert_eq!(known[1][1], [Belief { cell: 1, value: 1, now: 1 }]);
    }

    #[test]
    fn an_exchange_that_fails_teaches_the_value() {
        let steps = [did(0, Action::FetchAdd, 1, 0, 3, 0), did(1, Action::CompareExchange, 1, 0, 9, 3)];
        let known = line_by_line(&one_line_a_step(&steps), &steps, &layout(), 2);
        assert_eq!(known[1][1], [Belief { cell: 1, value: 3, now: 3 }]);
        assert!(!known[1][0][0].out_of_date());
    }

    #[test]
    fn a_lock_is_held_until_it_is_freed_or_its_holder_is_killed() {
        let lock = |w| did(w, Action::Lock, 0, 0, 0, 0);
        let unlock = Op { action: Action::Unlock, object: 0, a: 0, b: 0 };
        let killed = Step::new(1, What::Killed(unlock));
        let steps = [lock(0), did(0, Action::Load, 1, 0, 0, 0), did(0, Action::Unlock, 0, 0, 0, 0), lock(1), killed];
        let found = holds(&one_line_a_step(&steps), &steps);
        assert_eq!(found, [Hold { worker: 0, first: 0, last: 2 }, Hold { worker: 1, first: 3, last: 4 }]);
    }
}
