//! The grader's own small model of every object: who may proceed, what each operation must give, what memory must hold.
//!
//! Nothing here looks at a worker's memory. The real memory is compared with the model after every step; a difference is a
//! bug of ours or somebody tampered.

use shared::baton::{Action, NO_OBJECT, Op};
use shared::endpoint::ring;
use shared::region::{Kind, Layout};
use shared::robust::{OWNER, OWNER_DIED};

use super::stream::Stream;

pub use crew::is_about_the_crew;
pub use queue::Queue;

mod crew;
mod queue;

/// The state of one object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A word.
    Cell(u64),
    /// A lock.
    Lock {
        /// The worker that holds it.
        owner: Option<usize>,
        /// Whether the last holder died with it and nobody has taken it since.
        orphaned: bool,
    },
    /// Plain words.
    Array(Vec<u64>),
    /// A barrier.
    Barrier {
        /// Completed meetings.
        generation: u64,
        /// Bit set of the workers that have come.
        come: u64,
        /// Bit set of all that must come.
        everyone: u64,
    },
    /// A queue.
    Queue(Queue),
    /// One direction of a connection.
    Stream(Stream),
    /// A supervisor's handle on workers; what it tells is their [`Life`].
    Crew,
}

/// Whether a worker still takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It runs.
    Alive,
    /// Its function has returned; where there is a crew, its end is a step of its own, and until then nobody sees it: neither
    /// a supervisor nor the other side of a connection.
    Leaving,
    /// Its function returned (or it broke, which ends the execution).
    Ended,
    /// The grader killed it.
    Dead,
}

/// The state of everything shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    /// One a declared object.
    pub things: Vec<Thing>,
    /// One a worker.
    pub life: Vec<Life>,
    /// How far each worker's time has gone, nanoseconds.
    pub clocks: Vec<u64>,
    /// Whether there are connections: only there can somebody wait until a deadline.
    pub has_streams: bool,
}

impl Model {
    /// The initial state of a layout.
    pub fn new(layout: &Layout, workers: usize) -> Model {
        let thing = |kind: Kind| match kind {
            Kind::Cell { init } => Thing::Cell(init),
            Kind::Lock => Thing::Lock { owner: None, orphaned: false },
            Kind::Array { words, len } => Thing::Array(vec![0; words * len]),
            Kind::Barrier { parties } => Thing::Barrier { generation: 0, come: 0, everyone: (1 << parties) - 1 },
            Kind::Queue { words, capacity, workers } => Thing::Queue(Queue::new(words, capacity, workers)),
            // Runs free only: no step is ever about it.
            Kind::Pipe => Thing::Array(Vec::new()),
            Kind::Stream { from, to, room } => Thing::Stream(Stream::new(from, to, room)),
            Kind::Crew => Thing::Crew,
        };
        let things: Vec<Thing> = layout.objects.iter().map(|o| thing(o.kind)).collect();
        let clocks = vec![0; workers];
        let has_streams = things.iter().any(|t| matches!(t, Thing::Stream(_)));
        Model { things, life: vec![Life::Alive; workers], clocks, has_streams }
    }

    /// Bit set of the dead.
    pub fn dead(&self) -> u64 {
        self.life.iter().enumerate().filter(|(_, l)| **l == Life::Dead).fold(0, |bits, (w, _)| bits | 1 << w)
    }

    /// Bit set of those that ended, dead or alive.
    pub fn gone(&self) -> u64 {
        self.life
            .iter()
            .enumerate()
            .filter(|(_, l)| matches!(l, Life::Ended | Life::Dead))
            .fold(0, |bits, (w, _)| bits | 1 << w)
    }

    /// Why an announced operation makes no sense, if it does not. Nothing else here checks what a worker announced.
    pub fn refuse(&self, op: &Op) -> Option<String> {
        use Action::*;
        if op.object == NO_OBJECT {
            let fine = matches!(op.action, Compute | Note | Report | Sleep | AwaitExit);
            return (!fine).then(|| format!("{:?} without an object", op.action));
        }
        let Some(thing) = self.things.get(op.object as usize) else {
            return Some(format!("object {} does not exist", op.object));
        };
        let fine = match (op.action, thing) {
            (Load | LoadAcquire | Store | StoreRelease | CompareExchange | FetchAdd, Thing::Cell(_)) => true,
            (Lock | Unlock, Thing::Lock { .. }) => true,
            (ReadWord | WriteWord, Thing::Array(words)) => op.a < words.len() as u64,
            (Arrive | Leave, Thing::Barrier { .. }) => true,
            (Put | Take | TryTake | Lease | Acknowledge | GiveBack | IsEmpty | Close | Join, Thing::Queue(queue)) => {
                return queue.refuse(op);
            }
            (_, Thing::Stream(stream)) => self.fits_stream(op, stream),
            (action, Thing::Crew) => is_about_the_crew(action) && self.names_workers(op),
            _ => false,
        };
        (!fine).then(|| format!("{:?} of object {}", op.action, op.object))
    }

    /// Whether the operation could proceed now.
    pub fn enabled(&self, worker: usize, op: &Op) -> bool {
        match (op.action, self.things.get(op.object as usize)) {
            (Action::Lock, Some(Thing::Lock { owner, .. })) => owner.is_none(),
            (Action::Leave, Some(Thing::Barrier { generation, come, everyone })) => {
                *generation != op.a || (come | self.dead()) & everyone == *everyone
            }
            (_, Some(Thing::Stream(stream))) => self.stream_enabled(op, stream),
            (Action::AwaitExit, _) => op.a & !self.gone() == 0,
            (action, Some(Thing::Queue(queue))) => queue.enabled(worker, action),
            (_, Some(Thing::Crew)) => self.crew_enabled(op),
            _ => true,
        }
    }

    /// How many of the operation's queue's items these words are.
    pub fn item_count(&self, op: &Op, data: &[u64]) -> usize {
        match self.things.get(op.object as usize) {
            Some(Thing::Queue(queue)) => data.len() / queue.words(),
            _ => 0,
        }
    }

    /// Does the operation and gives what the real one must give. `data` brings the words that a put brings along, and takes
    /// away those that went into or came out of a queue.
    pub fn apply(&mut self, worker: usize, op: &Op, data: &mut Vec<u64>) -> u64 {
        self.tick(worker, op);
        if let Some(result) = self.apply_to_stream(worker, op) {
            return result;
        }
        if is_about_the_crew(op.action) {
            return self.apply_to_crew(op);
        }
        let before = self.dead();
        let Some(thing) = self.things.get_mut(op.object as usize) else { return 0 };
        match (op.action, thing) {
            (Action::Load | Action::LoadAcquire, Thing::Cell(value)) => *value,
            (Action::Store | Action::StoreRelease, Thing::Cell(value)) => {
                *value = op.b;
                0
            }
            (Action::CompareExchange, Thing::Cell(value)) => {
                let old = *value;
                if old == op.a {
                    *value = op.b;
                }
                old
            }
            (Action::FetchAdd, Thing::Cell(value)) => {
                let old = *value;
                *value = old.wrapping_add(op.b);
                old
            }
            (Action::Lock, Thing::Lock { owner, orphaned }) => {
                *owner = Some(worker);
                u64::from(std::mem::take(orphaned))
            }
            (Action::Unlock, Thing::Lock { owner, .. }) => {
                *owner = None;
                0
            }
            (Action::ReadWord, Thing::Array(words)) => words[op.a as usize],
            (Action::WriteWord, Thing::Array(words)) => {
                words[op.a as usize] = op.b;
                0
            }
            (Action::Arrive, Thing::Barrier { generation, come, everyone }) => {
                *come |= 1 << worker;
                let number = *generation;
                let last = (*come | before) & *everyone == *everyone;
                if last {
                    *generation += 1;
                    *come = 0;
                }
                number << 1 | u64::from(last)
            }
            (Action::Leave, Thing::Barrier { generation, come, .. }) => {
                let completed = *generation == op.a;
                if completed {
                    *generation += 1;
                    *come = 0;
                }
                u64::from(completed)
            }
            (_, Thing::Queue(queue)) => queue.apply(worker, op, data),
            _ => 0,
        }
    }

    /// What a look would see now: two looks that see the same tell a worker nothing new. `None`: the operation is no look.
    pub fn sight(&self, op: &Op) -> Option<u64> {
        use Action::*;
        match (op.action, self.things.get(op.object as usize)?) {
            (Load | LoadAcquire, Thing::Cell(value)) => Some(*value),
            (ReadWord, Thing::Array(words)) => words.get(op.a as usize).copied(),
            // Whoever frees a lock between two looks at what it protects knows no more than before.
            (Lock | Unlock, Thing::Lock { orphaned, .. }) => Some(u64::from(*orphaned)),
            (IsEmpty, Thing::Queue(queue)) => Some(u64::from(queue.items.is_empty())),
            (TryTake, Thing::Queue(queue)) if queue.items.is_empty() => Some(0),
            (CrewAlive, Thing::Crew) => Some(op.a & !self.gone()),
            (CrewNext, Thing::Crew) if op.a == 0 => Some(0),
            _ => None,
        }
    }

    /// The worker is gone; what it held is orphaned.
    pub fn kill(&mut self, worker: usize) {
        self.life[worker] = Life::Dead;
        for thing in &mut self.things {
            match thing {
                Thing::Lock { owner, orphaned } if *owner == Some(worker) => {
                    *owner = None;
                    *orphaned = true;
                }
                Thing::Queue(queue) => queue.give_back(worker),
                _ => {}
            }
        }
    }

    /// The locks that a worker holds.
    pub fn held_by(&self, worker: usize) -> impl Iterator<Item = usize> + '_ {
        self.things
            .iter()
            .enumerate()
            .filter(move |(_, t)| matches!(t, Thing::Lock { owner: Some(o), .. } if *o == worker))
            .map(|(at, _)| at)
    }

    /// Hands what the real memory must hold where the operation touched it to `check`: byte offset, bits that count, value.
    pub fn expected_memory(
        &self,
        op: &Op,
        layout: &Layout,
        owner_id: impl Fn(usize) -> u64,
        check: &mut dyn FnMut(usize, u64, u64),
    ) {
        let Some(offset) = layout.objects.get(op.object as usize).map(|o| o.offset) else { return };
        let (offset, bits, value) = match &self.things[op.object as usize] {
            Thing::Cell(value) => (offset, u64::MAX, *value),
            Thing::Lock { owner, orphaned } => {
                let word = owner.map_or(if *orphaned { u64::from(OWNER_DIED) } else { 0 }, owner_id);
                (offset, u64::from(OWNER | OWNER_DIED), word)
            }
            Thing::Array(words) => (offset + op.a as usize * 8, u64::MAX, words[op.a as usize]),
            Thing::Barrier { generation, come, .. } => (offset, u64::MAX, generation << 32 | come),
            Thing::Crew => return,
            Thing::Queue(queue) => {
                return queue.memory(owner_id, &mut |at, value| check(offset + at, u64::MAX, value));
            }
            Thing::Stream(stream) => {
                let word = match op.action {
                    Action::Send | Action::TrySend => ring::SENT,
                    Action::Receive | Action::ReceiveAny => ring::TAKEN,
                    Action::HangUp => ring::ENDED,
                    _ => op.a as usize,
                };
                (offset + word * 8, u64::MAX, stream.words()[word])
            }
        };
        check(offset, bits, value);
    }
}
