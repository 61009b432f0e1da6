//! Programs that draw from a few operations only, so that these meet: in the general ones most operations have nothing to do with
//! each other. Here the barrier and the queue differ in size as well, and there may be a fourth worker.
//!
//! No worker looks a third time at the same, except by [`Instruction::SpinUntil`]. Code that gives up after that many looks is
//! known not to be explored in every way (see [`crate::drive::looks`]), so its differences would say nothing.

use shared::baton::Action;
use shared::region::Kind;
use shared::sys::hermetic::mix;
use shared::testing::programs::{
    ARRAY, BARRIER, CAPACITY, CELLS, CREW, Dice, Instruction, LOCKS, PARTIES, Program, QUEUE, WORDS, act, at_queue,
    await_exit, board, random_message,
};

use super::is_look;

/// Programs of one kind.
#[derive(Debug)]
pub struct Family {
    /// What tables call it.
    pub name: &'static str,
    /// Whether there is a crew: then the end of a worker is a step.
    crewed: bool,
    /// The most workers.
    workers: u64,
    /// The most instructions of all workers together: with more, too many programs have too many schedules.
    most: u64,
    /// Each instruction is of one of these.
    parts: &'static [Part],
}

/// An instruction of worker `me`.
type Part = fn(draft: &mut Draft, me: usize) -> Instruction;

/// The most instructions of one worker.
const LONGEST: u64 = 4;

/// All families. Only three workers have connections.
pub const FAMILIES: &[Family] = &[
    family("locks", [4, 8], &[at_locks]),
    family("queue", [4, 8], &[any_of_queue]),
    family("leases and join", [4, 8], &[at_leases]),
    family("meetings", [4, 7], &[at_barrier]),
    family("looks", [4, 6], &[looking]),
    family("conditions", [4, 8], &[conditional]),
    family("streams", [3, 8], &[message]),
    crewed("crew", [4, 5], &[about_crew]),
    crewed("crew and looks", [4, 5], &[about_crew, looking]),
    crewed("crew and queue", [4, 5], &[about_crew, any_of_queue, at_leases]),
    crewed("crew and streams", [3, 7], &[about_crew, message]),
    crewed("everything", [4, 5], &[at_locks, any_of_queue, at_leases, at_barrier, looking, conditional, about_crew]),
];

const fn family(name: &'static str, [workers, most]: [u64; 2], parts: &'static [Part]) -> Family {
    Family { name, crewed: false, workers, most, parts }
}

const fn crewed(name: &'static str, most: [u64; 2], parts: &'static [Part]) -> Family {
    Family { crewed: true, ..family(name, most, parts) }
}

/// The program of this family with this seed.
pub fn program(family: &Family, seed: u64) -> Program {
    let mut dice = Dice(mix(seed));
    let count = 2 + dice.roll(family.workers - 1) as usize;
    let mut layout = board(family.crewed);
    layout.objects[BARRIER as usize].kind = Kind::Barrier { parties: PARTIES + dice.roll(count as u64 - 1) as usize };
    let capacity = 1 + dice.roll(CAPACITY as u64) as usize;
    layout.objects[QUEUE as usize].kind = Kind::Queue { words: 1, capacity, workers: count };
    let cells = 1 + dice.roll(CELLS.len() as u64);
    let mut draft = Draft { dice, count, cells, may_respawn: true };
    let mut lengths = vec![1; count];
    for _ in 0..draft.roll(family.most - count as u64 + 1) {
        let one = &mut lengths[draft.roll(count as u64) as usize];
        *one = LONGEST.min(*one + 1);
    }
    let workers = lengths.iter().enumerate().map(|(me, length)| draft.worker(family, me, *length)).collect();
    let victims = if draft.roll(2) == 0 { 0 } else { draft.roll(1 << count) };
    Program { layout, workers, victims }
}

/// A program that is being drawn.
struct Draft {
    dice: Dice,
    /// Its workers.
    count: usize,
    /// Cells that it uses: where there is only one, more is about that.
    cells: u64,
    /// Whether nobody starts a worker anew so far: a second one could make a program without end.
    may_respawn: bool,
}

impl Draft {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice.roll(sides)
    }

    fn cell(&mut self) -> u32 {
        CELLS[self.roll(self.cells) as usize]
    }

    /// Mostly the first.
    fn lock(&mut self) -> u32 {
        LOCKS[usize::from(self.roll(3) == 0)]
    }

    /// Another worker.
    fn other(&mut self, me: usize) -> u64 {
        (me as u64 + 1 + self.roll(self.count as u64 - 1)) % self.count as u64
    }

    /// A bit set of one or more other workers.
    fn others(&mut self, me: usize) -> u64 {
        let all = (1 << self.count) - 1 - (1 << me);
        1 << self.other(me) | self.roll(all + 1) & all
    }

    fn worker(&mut self, family: &Family, me: usize, length: u64) -> Vec<Instruction> {
        let mut program: Vec<Instruction> = Vec::new();
        while (program.len() as u64) < length {
            let part = family.parts[self.roll(family.parts.len() as u64) as usize];
            let next = part(self, me);
            let (look, known) = (looked_at(&next), |i: &&Instruction| looked_at(i) == looked_at(&next));
            if look.is_none() || program.iter().filter(known).count() < 2 {
                program.push(next);
            }
        }
        program
    }
}

/// By which operation and where an instruction looks, if it may see the same again. Locks are no matter: no worker here is long
/// enough to take one three times, except where it waits for itself.
fn looked_at(instruction: &Instruction) -> Option<(Action, u32, u64)> {
    match instruction {
        Instruction::SpinUntil(cell, _) => Some((Action::Load, *cell, 0)),
        Instruction::Do(op) if matches!(op.action, Action::Lock | Action::Unlock) => None,
        Instruction::Do(op) if is_look(op, 0) => Some((op.action, op.object, op.a)),
        _ => None,
    }
}

fn at_locks(draft: &mut Draft, me: usize) -> Instruction {
    let (lock, cell) = (draft.lock(), draft.cell());
    match draft.roll(9) {
        0..=2 => act(Action::Lock, lock, 0, 0),
        3 | 4 => act(Action::Unlock, lock, 0, 0),
        5 => act(Action::Load, cell, 0, 0),
        6 => act(Action::Store, cell, 0, 1 + draft.roll(2)),
        7 => act(Action::FetchAdd, cell, 0, 1),
        _ => await_exit(draft.others(me)),
    }
}

fn any_of_queue(draft: &mut Draft, _me: usize) -> Instruction {
    at_queue(&mut draft.dice)
}

fn at_leases(draft: &mut Draft, me: usize) -> Instruction {
    match draft.roll(8) {
        0 | 1 => act(Action::Put, QUEUE, 1 + draft.roll(2), 1 + 10 * me as u64),
        2 | 3 => act(Action::Lease, QUEUE, 1 + draft.roll(2), 0),
        4 => act(Action::Acknowledge, QUEUE, 1, 0),
        5 => act(Action::Close, QUEUE, 0, 0),
        _ => act(Action::Join, QUEUE, 0, 0),
    }
}

fn at_barrier(draft: &mut Draft, me: usize) -> Instruction {
    match draft.roll(6) {
        0..=2 => Instruction::Meet(BARRIER),
        3 => act(Action::Load, draft.cell(), 0, 0),
        4 => act(Action::FetchAdd, draft.cell(), 0, 1),
        _ => await_exit(draft.others(me)),
    }
}

fn looking(draft: &mut Draft, _me: usize) -> Instruction {
    let (lock, cell) = (draft.lock(), draft.cell());
    match draft.roll(12) {
        // Where two spin there are many schedules.
        0 => Instruction::SpinUntil(cell, 1 + draft.roll(2)),
        1..=3 => act(Action::Load, cell, 0, 0),
        4 | 5 => act(Action::Store, cell, 0, 1 + draft.roll(2)),
        6 => act(Action::Lock, lock, 0, 0),
        7 => act(Action::Unlock, lock, 0, 0),
        8 => act(Action::IsEmpty, QUEUE, 0, 0),
        9 => act(Action::Put, QUEUE, 1, 1),
        10 => act(Action::ReadWord, ARRAY, draft.roll(WORDS as u64), 0),
        _ => act(Action::TryTake, QUEUE, 1, 0),
    }
}

fn conditional(draft: &mut Draft, _me: usize) -> Instruction {
    let (cell, word, value) = (draft.cell(), draft.roll(WORDS as u64), 1 + draft.roll(2));
    match draft.roll(8) {
        0 | 1 => Instruction::Unless(draft.roll(2), 1 + draft.roll(2) as usize),
        2 => act(Action::CompareExchange, cell, value - 1, value),
        3 => act(Action::Load, cell, 0, 0),
        4 => act(Action::Store, cell, 0, value),
        5 => act(Action::WriteWord, ARRAY, word, value),
        6 => act(Action::ReadWord, ARRAY, word, 0),
        _ => act(Action::FetchAdd, cell, 0, 1),
    }
}

fn message(draft: &mut Draft, me: usize) -> Instruction {
    random_message(&mut draft.dice, me, draft.count)
}

/// The first worker is the supervisor; anybody may kill and look.
fn about_crew(draft: &mut Draft, me: usize) -> Instruction {
    let cell = draft.cell();
    match draft.roll(9) {
        0 | 1 => act(Action::CrewKill, CREW, draft.other(me), 0),
        2 => act(Action::CrewWait, CREW, draft.others(me), 0),
        3 => act(Action::CrewNext, CREW, draft.others(me), 0),
        4 => act(Action::CrewAlive, CREW, draft.others(me), 0),
        5 | 6 if me == 0 && std::mem::take(&mut draft.may_respawn) => {
            act(Action::CrewRespawn, CREW, draft.other(me), 0)
        }
        5 => act(Action::Store, cell, 0, 1 + draft.roll(2)),
        6 => act(Action::Load, cell, 0, 0),
        7 => await_exit(draft.others(me)),
        _ => act(Action::FetchAdd, cell, 0, 1),
    }
}
