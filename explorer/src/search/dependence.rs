//! Which steps depend on each other: the one relation that the reduction stands on.
//!
//! Two steps are independent when they give the same result and leave the same state in either order, and neither makes
//! the other possible or impossible. Each step *touches* a few keys, reading or writing; two steps of different workers
//! depend on each other when they share a key and one of them writes it. The rules are listed one by one, so that a
//! test can leave out any of them and watch the reduction lose executions.

use shared::baton::{Action, Op};

use crate::drive::model::{Model, Thing};
use crate::drive::stream::AnyOf;

mod crews;
mod queues;

/// Why two steps depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Rule {
    /// A write to a cell against any access.
    Cell,
    /// Taking and freeing the same lock.
    Lock,
    /// A write to a plain word against any access.
    Array,
    /// Coming to and leaving the same meeting.
    Barrier,
    /// A kill against everything its victim does.
    KillStopsVictim,
    /// A kill frees its victim's locks.
    KillFreesLock,
    /// A kill counts at a barrier.
    KillCountsAtBarrier,
    /// A worker's end against those that wait for it.
    Exit,
    /// Two puts into a queue, two takes from it, and a look at an end that is near.
    QueueEnd,
    /// The put of an item and its take, the take of an item and the put into its place.
    QueueItem,
    /// Closing a queue, or giving items back, against everything at that queue.
    QueueWhole,
    /// What is done, against who learns that everything is.
    QueueDone,
    /// A kill gives back what its victim has leased.
    KillReturnsLease,
    /// Sending, taking and hanging up at the same stream.
    Stream,
    /// A kill or an end against those that look whether the other side of a connection is still there.
    PeerGone,
    /// The end of a member of a crew against those that look whether the other side of a connection is still there.
    PeerLeaves,
    /// A deadline that passes because nobody can go on against everything.
    Deadline,
    /// A supervisor's order against everything that its target does, and whoever sees it die or come back.
    Order,
}

impl Rule {
    /// Rules that only say what made a step possible. Leaving one out loses no outcome, because a process that cannot go on
    /// is never tried; they stay, because that is what independence means, and their effect is tested by itself.
    pub const ENABLING: [Rule; 2] = [Rule::KillFreesLock, Rule::QueueDone];

    /// All rules.
    pub const ALL: [Rule; 18] = [
        Rule::Cell,
        Rule::Lock,
        Rule::Array,
        Rule::Barrier,
        Rule::KillStopsVictim,
        Rule::KillFreesLock,
        Rule::KillCountsAtBarrier,
        Rule::Exit,
        Rule::QueueEnd,
        Rule::QueueItem,
        Rule::QueueWhole,
        Rule::QueueDone,
        Rule::KillReturnsLease,
        Rule::Stream,
        Rule::PeerGone,
        Rule::PeerLeaves,
        Rule::Deadline,
        Rule::Order,
    ];
}

/// A set of rules; the real reduction uses all.
#[derive(Clone, Copy, Debug)]
pub struct Rules(u32);

impl Rules {
    /// Every rule.
    pub const ALL: Rules = Rules(u32::MAX);

    /// Every rule but one, for tests.
    pub fn without(rule: Rule) -> Rules {
        Rules(!(1 << rule as u32))
    }

    fn has(self, rule: Rule) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }
}

/// What a step may have to wait for at a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Nothing,
    /// Steps that free the key, of which one may do for another.
    Some,
    /// Every step that frees the key: before any of them the step is impossible, whoever else has gone.
    Each,
}

/// One key that a step touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Touch {
    key: u64,
    writes: bool,
    waits: Wait,
    /// The step may end somebody's wait for this key.
    frees: bool,
}

/// Everything that a step touches.
#[derive(Clone, Debug, Default)]
pub struct Touches {
    touches: Vec<Touch>,
    /// The step is known to be its worker's last.
    pub exits: bool,
    /// The step is a spinner's look that is possible because nobody else can go on.
    pub is_last_look: bool,
    /// The step is such a look and known to be its worker's last in a row.
    pub stops_looks: bool,
}

const OBJECT: u64 = 1 << 60;
const LIFE: u64 = 2 << 60;
const EXIT: u64 = 3 << 60;
const PEER: u64 = 4 << 60;
const QUIET: u64 = 5 << 60;

fn part(object: u32, part: u64) -> u64 {
    OBJECT | u64::from(object) << 36 | (part & 0xf_ffff_ffff)
}

impl Touches {
    fn add(&mut self, key: u64, writes: bool, waits: bool, frees: bool) {
        let waits = if waits { Wait::Some } else { Wait::Nothing };
        self.touches.push(Touch { key, writes, waits, frees });
    }

    fn add_wait_for_each(&mut self, key: u64, writes: bool) {
        self.touches.push(Touch { key, writes, waits: Wait::Each, frees: false });
    }

    /// A step that turns out to have no effect ends nobody's wait.
    fn frees_nothing(&mut self) {
        self.touches.iter_mut().for_each(|touch| touch.frees = false);
    }

    /// What worker `worker` touches when it does `op` now.
    pub fn of_operation(model: &Model, worker: usize, op: &Op, rules: Rules) -> Touches {
        let mut t = Touches { touches: Vec::with_capacity(6), ..Touches::default() };
        if rules.has(Rule::KillStopsVictim) {
            t.add(LIFE | worker as u64, false, false, false);
        }
        t.add_object(model, op, rules);
        if let Some(Thing::Queue(queue)) = model.things.get(op.object as usize) {
            queues::add(&mut t, queue, worker, op, rules);
        }
        t.add_streams(model, op, rules);
        crews::add(&mut t, model, worker, op, rules);
        if op.action == Action::AwaitExit && rules.has(Rule::Exit) {
            t.add_wait_for_ends(model, op.a);
        }
        t
    }

    /// Adds that whoever changes what this touches may let the step go on.
    pub fn add_watched(&mut self, watched: Touches) {
        self.touches.extend(watched.touches.into_iter().map(|t| Touch {
            writes: false,
            waits: Wait::Some,
            frees: false,
            ..t
        }));
    }

    /// Waiting until all of these workers are gone.
    fn add_wait_for_ends(&mut self, model: &Model, set: u64) {
        for awaited in (0..model.life.len() as u64).filter(|w| set >> w & 1 == 1) {
            self.add_wait_for_each(EXIT | awaited, false);
        }
    }

    fn add_object(&mut self, model: &Model, op: &Op, rules: Rules) {
        use Action::*;
        match op.action {
            Load | LoadAcquire if rules.has(Rule::Cell) => self.add(part(op.object, 0), false, false, false),
            Store | StoreRelease | CompareExchange | FetchAdd if rules.has(Rule::Cell) => {
                self.add(part(op.object, 0), true, false, true);
            }
            Lock if rules.has(Rule::Lock) => self.add_wait_for_each(part(op.object, 0), true),
            Unlock if rules.has(Rule::Lock) => self.add(part(op.object, 0), true, false, true),
            ReadWord if rules.has(Rule::Array) => self.add(part(op.object, op.a), false, false, false),
            WriteWord if rules.has(Rule::Array) => self.add(part(op.object, op.a), true, false, true),
            Arrive | Leave => self.add_barrier(model, op, rules),
            _ => {}
        }
    }

    /// Meetings are kept apart by their generation: coming to the next one does not touch leaving the last.
    fn add_barrier(&mut self, model: &Model, op: &Op, rules: Rules) {
        let Some(Thing::Barrier { generation, everyone, .. }) = model.things.get(op.object as usize) else { return };
        let leaving = op.action == Action::Leave;
        let meeting = if leaving { op.a } else { *generation };
        if rules.has(Rule::Barrier) {
            // A leaver changes the barrier only when it completes the meeting for the dead.
            let writes = !leaving || (model.dead() != 0 && *generation == op.a);
            self.add(part(op.object, meeting), writes, leaving, true);
            if writes {
                // It may complete the meeting, and then whoever comes next comes to the next one.
                self.add(part(op.object, meeting + 1), true, false, true);
            }
        }
        if rules.has(Rule::KillCountsAtBarrier) {
            for party in (0..model.life.len() as u64).filter(|w| everyone >> w & 1 == 1) {
                self.add(LIFE | party, false, leaving, false);
            }
        }
    }

    fn add_streams(&mut self, model: &Model, op: &Op, rules: Rules) {
        use Action::*;
        if rules.has(Rule::Deadline) && model.has_streams {
            self.add(QUIET, model.awaits_deadline(op), false, false);
        }
        let Some(stream) = model.stream(op.object) else { return };
        match op.action {
            Send | TrySend => self.add_stream(op.object, Some(stream.to), op.action == Send, rules),
            Receive => self.add_stream(op.object, (stream.waiting() == 0).then_some(stream.from), true, rules),
            HangUp => self.add_stream(op.object, None, false, rules),
            ReceiveAny => self.add_any(model, op, rules),
            _ => {}
        }
    }

    /// `peer`: the worker whose end would change what the step does.
    fn add_stream(&mut self, object: u32, peer: Option<usize>, waits: bool, rules: Rules) {
        if rules.has(Rule::Stream) {
            self.add(part(object, 0), true, waits, true);
        }
        if let Some(peer) = peer.filter(|_| rules.has(Rule::PeerGone)) {
            self.add(PEER | peer as u64, false, waits, false);
        }
    }

    /// Whatever comes through any of the connections may be what the step waits for: what it finds first in its turn depends on
    /// which of them came before it, also when it could have gone on without the others.
    fn add_any(&mut self, model: &Model, op: &Op, rules: Rules) {
        let any = AnyOf::of(op);
        for at in any.in_turn() {
            if let Some((object, stream)) = any.outgoing(at).and_then(|o| Some((o, model.stream(o)?))) {
                self.add_stream(object, Some(stream.to), true, rules);
            }
            if let Some((object, stream)) = any.incoming(at).and_then(|o| Some((o, model.stream(o)?))) {
                self.add_stream(object, (stream.waiting() == 0).then_some(stream.from), true, rules);
            }
        }
    }

    /// What the kill of `victim` touches now.
    pub fn of_kill(model: &Model, victim: usize, rules: Rules) -> Touches {
        let mut t = Touches { touches: Vec::with_capacity(6), ..Touches::default() };
        t.add_kill(model, victim, rules);
        t
    }

    fn add_kill(&mut self, model: &Model, victim: usize, rules: Rules) {
        let t = self;
        t.add(LIFE | victim as u64, true, false, true);
        if rules.has(Rule::Exit) {
            t.add(EXIT | victim as u64, true, false, true);
        }
        if rules.has(Rule::KillReturnsLease) {
            for (at, thing) in model.things.iter().enumerate() {
                if matches!(thing, Thing::Queue(queue) if queue.is_leased_by(victim)) {
                    queues::add_return(t, at as u32);
                }
            }
        }
        if rules.has(Rule::PeerGone) {
            t.add(PEER | victim as u64, true, false, true);
        }
        if rules.has(Rule::Deadline) && model.has_streams {
            t.add(QUIET, false, false, false);
        }
        if rules.has(Rule::KillFreesLock) {
            for lock in model.held_by(victim) {
                t.add(part(lock as u32, 0), true, false, true);
            }
        }
    }

    /// Adds that the step was its worker's last.
    pub fn add_exit(&mut self, worker: usize, rules: Rules) {
        if std::mem::replace(&mut self.exits, true) {
            return;
        }
        if rules.has(Rule::Exit) {
            self.add(EXIT | worker as u64, true, false, true);
        }
        if rules.has(Rule::PeerGone) {
            self.add(PEER | worker as u64, true, false, true);
        }
    }

    /// Whether two steps of different workers depend on each other.
    pub fn depend(&self, other: &Touches) -> bool {
        self.touches.iter().any(|a| other.touches.iter().any(|b| a.key == b.key && (a.writes || b.writes)))
    }

    /// Whether this step may be what `later` waited for.
    pub fn may_enable(&self, later: &Touches) -> bool {
        self.frees(later, |wait| wait != Wait::Nothing)
    }

    /// Whether `later` was impossible before this step, whoever else had gone: the two have no other order.
    pub fn must_precede(&self, later: &Touches) -> bool {
        self.frees(later, |wait| wait == Wait::Each)
    }

    fn frees(&self, later: &Touches, counts: impl Fn(Wait) -> bool) -> bool {
        let freed = |key| self.touches.iter().any(|t| t.frees && t.key == key);
        later.touches.iter().any(|t| counts(t.waits) && freed(t.key))
    }

    /// Whether the step is impossible until this worker is gone.
    pub fn awaits_end_of(&self, worker: usize) -> bool {
        self.touches.iter().any(|t| t.waits == Wait::Each && t.key == EXIT | worker as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::baton::NO_OBJECT;
    use shared::region::{Kind, Layout};

    fn op(action: Action, object: u32, a: u64) -> Op {
        Op { action, object, a, b: 0 }
    }

    #[test]
    fn a_kill_depends_on_what_waits_for_its_victim() {
        let mut layout = Layout::default();
        let lock = layout.add("lock", Kind::Lock);
        let mut model = Model::new(&layout, 3);
        model.apply(0, &op(Action::Lock, lock, 0), &mut Vec::new());
        let take = Touches::of_operation(&model, 1, &op(Action::Lock, lock, 0), Rules::ALL);
        let wait = Touches::of_operation(&model, 2, &op(Action::AwaitExit, NO_OBJECT, 0b001), Rules::ALL);
        let kill = Touches::of_kill(&model, 0, Rules::ALL);
        assert!(kill.depend(&take) && kill.may_enable(&take) && kill.depend(&wait) && kill.may_enable(&wait));
        assert!(!Touches::of_kill(&model, 0, Rules::without(Rule::KillFreesLock)).depend(&take));
        assert!(!Touches::of_kill(&model, 0, Rules::without(Rule::Exit)).depend(&wait));
        assert!(!Touches::of_kill(&model, 1, Rules::ALL).depend(&wait), "nobody waits for worker 2");
    }

    #[test]
    fn a_taken_lock_and_a_living_worker_let_nobody_by_but_another_item_would_do() {
        let mut layout = Layout::default();
        let lock = layout.add("lock", Kind::Lock);
        layout.queue::<u64>("queue", 2, 3);
        let model = Model::new(&layout, 3);
        let of =
            |worker, action, object: u32, a| Touches::of_operation(&model, worker, &op(action, object, a), Rules::ALL);
        let take = of(1, Action::Lock, lock, 0);
        assert!(of(0, Action::Unlock, lock, 0).must_precede(&take));
        assert!(!of(0, Action::Lock, lock, 0).must_precede(&take), "who takes it first is open");
        let wait = of(2, Action::AwaitExit, NO_OBJECT, 0b011);
        let mut last = of(0, Action::Unlock, lock, 0);
        assert!(!last.must_precede(&wait));
        last.add_exit(0, Rules::ALL);
        assert!(last.must_precede(&wait) && wait.awaits_end_of(1) && !wait.awaits_end_of(2));
        let (put, get) = (of(0, Action::Put, lock + 1, 1), of(1, Action::Take, lock + 1, 1));
        assert!(put.may_enable(&get) && !put.must_precede(&get));
    }

    #[test]
    fn who_learns_that_all_is_done_depends_on_what_was_done() {
        let mut layout = Layout::default();
        layout.queue::<u64>("queue", 1, 2);
        let mut model = Model::new(&layout, 2);
        model.apply(0, &op(Action::Put, 0, 1), &mut vec![7]);
        model.apply(0, &op(Action::Lease, 0, 1), &mut Vec::new());
        let done = |rules| Touches::of_operation(&model, 0, &op(Action::Acknowledge, 0, 1), rules);
        let join = |rules| Touches::of_operation(&model, 1, &op(Action::Join, 0, 0), rules);
        assert!(done(Rules::ALL).depend(&join(Rules::ALL)) && done(Rules::ALL).may_enable(&join(Rules::ALL)));
        let without = Rules::without(Rule::QueueDone);
        assert!(!done(without).depend(&join(without)));
    }

    #[test]
    fn looks_do_not_depend_on_each_other_and_different_words_do_not_either() {
        let mut layout = Layout::default();
        let cell = layout.add("cell", Kind::Cell { init: 0 });
        let array = layout.add("array", Kind::Array { words: 1, len: 2 });
        let model = Model::new(&layout, 2);
        let touches =
            |worker, action, object, a| Touches::of_operation(&model, worker, &op(action, object, a), Rules::ALL);
        let look = |worker| touches(worker, Action::Load, cell, 0);
        assert!(!look(0).depend(&look(1)));
        assert!(look(0).depend(&touches(1, Action::Store, cell, 0)));
        assert!(!touches(0, Action::WriteWord, array, 0).depend(&touches(1, Action::WriteWord, array, 1)));
        assert!(touches(0, Action::WriteWord, array, 0).depend(&touches(1, Action::ReadWord, array, 0)));
    }
}
