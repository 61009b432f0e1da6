//! Random small programs over all toolkit operations.
//!
//! The same program runs in three ways: simulated, to test the searches; on real processes, step by step, to test the
//! toolkit against the grader's model; and explored on real processes, to test both together.

use crate::baton::{Action, NO_OBJECT, Op};
use crate::endpoint::ring;
use crate::region::{Kind, Layout};
use crate::sys::hermetic::mix;

/// One instruction of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Do this operation and remember what it gives. Freeing a lock that the worker does not hold, acknowledging without a
    /// lease and leasing with one do nothing: there is no guard that it could drop.
    Do(Op),
    /// Come to this barrier, wait there unless the last, remember whether the leader, and report how many were lost.
    Meet(u32),
    /// Skip the next instructions, this many, unless the last result was this.
    Unless(u64, usize),
    /// Look at this cell until it holds this.
    SpinUntil(u32, u64),
}

/// A program a worker.
pub type Programs = Vec<Vec<Instruction>>;

/// A random program: its layout, what each worker does, who may be killed.
#[derive(Clone, Debug)]
pub struct Program {
    /// The board; see [`layout`].
    pub layout: Layout,
    /// What each worker does.
    pub workers: Programs,
    /// Bit set of the workers of which one may be killed.
    pub victims: u64,
}

/// The cells' object numbers.
pub const CELLS: [u32; 2] = [0, 1];
/// The locks' object numbers.
pub const LOCKS: [u32; 2] = [2, 3];
/// The array's object number.
pub const ARRAY: u32 = 4;
/// The barrier's object number.
pub const BARRIER: u32 = 5;
/// The queue's object number.
pub const QUEUE: u32 = 6;
/// The crew's object number, in programs that have one.
pub const CREW: u32 = 11;
/// Items that fit into the queue.
pub const CAPACITY: usize = 2;
/// The most workers of a program.
pub const WORKERS: usize = 3;
/// The first stream's object number: from worker 1 to worker 0, then back; the same for worker 2.
pub const STREAMS: u32 = 7;
/// Bytes that a stream can hold.
pub const ROOM: usize = 4;
/// Words of the array.
pub const WORDS: usize = 2;
/// Workers that meet at the barrier. A third worker may come as well; nobody waits for it.
pub const PARTIES: usize = 2;

/// Under which tag a worker reports how many of a meeting's parties were lost.
pub const LOST: u64 = 1;

/// A small random number source: SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0) % sides
    }
}

/// Whether the program with this seed has a crew: one worker is its supervisor, and the end of a worker is a step.
pub fn has_crew(seed: u64) -> bool {
    mix(seed ^ 0xc4e3).is_multiple_of(4)
}

/// The board of the program with this seed.
pub fn layout(seed: u64) -> Layout {
    board(has_crew(seed))
}

/// A board with all the objects above.
pub fn board(crewed: bool) -> Layout {
    let mut layout = Layout::default();
    for _ in CELLS {
        layout.add("cell", Kind::Cell { init: 0 });
    }
    for _ in LOCKS {
        layout.add("lock", Kind::Lock);
    }
    layout.add("array", Kind::Array { words: 1, len: WORDS });
    layout.add("barrier", Kind::Barrier { parties: PARTIES });
    layout.queue::<u64>("queue", CAPACITY, WORKERS);
    layout.connection(1, 0, [ROOM; 2]);
    layout.connection(2, 0, [ROOM; 2]);
    if crewed {
        layout.add("crew", Kind::Crew);
    }
    layout
}

/// The random program with this seed.
pub fn program(seed: u64) -> Program {
    let mut dice = Dice(mix(seed));
    let workers = 2 + dice.roll(2) as usize;
    let crewed = has_crew(seed);
    let most = if workers == 2 { 4 - u64::from(crewed) } else { 2 };
    // Every second program is mostly about the queue: its cases need several of its operations together.
    let queueing = dice.roll(2) == 0;
    // Half of the programs with a crew are about nothing but that.
    let peers = if crewed && dice.roll(2) == 0 { 0 } else { workers };
    let mut programs: Programs = (0..workers).map(|me| random_worker(&mut dice, most, me, peers, queueing)).collect();
    if crewed {
        supervise(&mut dice, &mut programs);
    }
    if dice.roll(4) == 0 {
        let others = (1 << (workers - 1)) - 1;
        programs[workers - 1].insert(0, await_exit(others));
    }
    let victims = if dice.roll(2) == 0 { 0 } else { dice.roll(1 << workers) };
    Program { layout: layout(seed), workers: programs, victims }
}

/// Waiting for the workers in a bit set to end.
pub fn await_exit(workers: u64) -> Instruction {
    act(Action::AwaitExit, NO_OBJECT, workers, 0)
}

/// Gives one worker something to do about its crew, and sometimes lets another look. Only the supervisor starts workers, and
/// only once, or a program would have no end. The server of the connections can be the supervisor, or be killed and come back.
fn supervise(dice: &mut Dice, programs: &mut Programs) {
    let last = programs.len() - 1;
    let boss = if last == 2 && dice.roll(2) == 0 { 2 } else { 0 };
    let others = (1 << programs.len()) - 1 - (1 << boss);
    let target = (boss as u64 + 1 + dice.roll(last as u64)) % programs.len() as u64;
    let mut orders = Vec::new();
    if dice.roll(2) == 0 {
        orders.push(act(Action::CrewKill, CREW, target, 0));
    }
    match dice.roll(4) {
        0 => orders.push(act(Action::CrewWait, CREW, others, 0)),
        1 => orders.push(act(Action::CrewNext, CREW, others, 0)),
        2 => orders.push(act(Action::CrewAlive, CREW, others, 0)),
        _ => {}
    }
    if dice.roll(2) == 0 {
        orders.push(act(Action::CrewRespawn, CREW, target, 0));
    }
    if dice.roll(2) == 0 {
        programs[boss].clear();
    }
    let at = dice.roll(programs[boss].len() as u64 + 1) as usize;
    programs[boss].splice(at..at, orders);
    if last == 2 && dice.roll(2) == 0 {
        let look = if dice.roll(2) == 0 { Action::CrewAlive } else { Action::CrewNext };
        let (looker, looked_at) = if boss == 0 { (2, 0b010) } else { (1, 0b001) };
        programs[looker].insert(0, act(look, CREW, looked_at, 0));
    }
}

/// An operation as an instruction.
pub fn act(action: Action, object: u32, a: u64, b: u64) -> Instruction {
    Instruction::Do(Op { action, object, a, b })
}

/// `peers`: how many workers have connections, 0: nobody has.
fn random_worker(dice: &mut Dice, most: u64, me: usize, peers: usize, queueing: bool) -> Vec<Instruction> {
    let mut program = Vec::new();
    let mut held: Vec<u32> = Vec::new();
    for _ in 0..1 + dice.roll(most) {
        match dice.roll(4) {
            0 if peers > 0 => program.push(random_message(dice, me, peers)),
            _ if queueing => program.push(at_queue(dice)),
            _ => random_instruction(dice, &mut program, &mut held),
        }
    }
    // Most programs free what they hold; one in eight forgets.
    if dice.roll(8) != 0 {
        program.extend(held.into_iter().rev().map(|lock| act(Action::Unlock, lock, 0, 0)));
    }
    program
}

fn random_instruction(dice: &mut Dice, program: &mut Vec<Instruction>, held: &mut Vec<u32>) {
    let cell = CELLS[dice.roll(2) as usize];
    let value = 1 + dice.roll(2);
    let word = dice.roll(WORDS as u64);
    program.push(match dice.roll(17) {
        0 | 1 => act(Action::Load, cell, 0, 0),
        2 => act(Action::LoadAcquire, cell, 0, 0),
        3 => act(Action::Store, cell, 0, value),
        4 => act(Action::StoreRelease, cell, 0, value),
        5 => act(Action::CompareExchange, cell, value - 1, value),
        6 => act(Action::FetchAdd, cell, 0, 1),
        7 => act(Action::ReadWord, ARRAY, word, 0),
        8 => act(Action::WriteWord, ARRAY, word, value),
        9 | 10 => {
            let lock = LOCKS[dice.roll(2) as usize];
            // Taking a lock twice is a deadlock with oneself: rare here, as in life.
            if held.contains(&lock) && dice.roll(8) != 0 {
                return;
            }
            held.push(lock);
            act(Action::Lock, lock, 0, 0)
        }
        11 | 12 => match held.pop() {
            Some(lock) => act(Action::Unlock, lock, 0, 0),
            None => act(Action::Load, cell, 0, 0),
        },
        13 => Instruction::Meet(BARRIER),
        14 => Instruction::Unless(dice.roll(2), 1 + dice.roll(2) as usize),
        15 => Instruction::SpinUntil(cell, value),
        _ => at_queue(dice),
    });
}

/// Any operation of the queue.
pub fn at_queue(dice: &mut Dice) -> Instruction {
    let value = 1 + dice.roll(2);
    match dice.roll(16) {
        0..=3 => act(Action::Put, QUEUE, 1 + dice.roll(2), value),
        4 => act(Action::Take, QUEUE, 1, 0),
        5 => act(Action::TryTake, QUEUE, 1, 0),
        6..=9 => act(Action::Lease, QUEUE, 1 + dice.roll(2), 0),
        10 | 11 => act(Action::Acknowledge, QUEUE, 1, 0),
        12 => act(Action::GiveBack, QUEUE, 0, 0),
        13 => act(Action::IsEmpty, QUEUE, 0, 0),
        14 => act(Action::Close, QUEUE, 0, 0),
        _ => act(Action::Join, QUEUE, 0, 0),
    }
}

/// A number of messages is one of these: the bytes of a send.
const MESSAGES: [&[u8]; 4] = [&[1], &[2], &[1, 2, 3], &[9; ROOM]];

/// The bytes of a send in a random program.
pub fn bytes_of(op: &Op) -> Vec<u8> {
    MESSAGES.iter().find(|bytes| ring::fingerprint(bytes) == op.b).map_or(Vec::new(), |bytes| bytes.to_vec())
}

/// What a worker learns from an operation on a stream, in place of the operation's result.
pub fn learned(action: Action, result: u64) -> u64 {
    match action {
        Action::Receive if result & ring::TIME_OVER == ring::TIME_OVER => 2,
        Action::Receive => u64::from(result & ring::TIME_OVER > 0),
        Action::ReceiveAny if result & 0xffff_ffff == ring::ROOM_AGAIN => 2,
        Action::ReceiveAny => u64::from(result & 0xffff_ffff > 0),
        _ => result,
    }
}

/// Something about the connections, or a sleep. Worker 0 is the server of connections to all others.
pub fn random_message(dice: &mut Dice, me: usize, workers: usize) -> Instruction {
    let clients = workers as u64 - 1;
    let client = if me == 0 { dice.roll(clients) as u32 } else { me as u32 - 1 };
    let from_client = STREAMS + 2 * client;
    let (incoming, outgoing) = if me == 0 { (from_client, from_client + 1) } else { (from_client + 1, from_client) };
    let bytes = MESSAGES[dice.roll(4) as usize];
    let send = |action| act(action, outgoing, bytes.len() as u64, ring::fingerprint(bytes));
    let limit = if dice.roll(2) == 0 { 0 } else { 5_000 };
    match dice.roll(9) {
        0 | 1 => send(Action::Send),
        2 => send(Action::TrySend),
        3 => act(Action::HangUp, if dice.roll(2) == 0 { incoming } else { outgoing }, 0, 0),
        4 => act(Action::Sleep, NO_OBJECT, 10_000, 0),
        5..=7 if me == 0 => {
            let (reads, writes) = (1 + dice.roll((1 << clients) - 1), dice.roll(3).min((1 << clients) - 1));
            act(Action::ReceiveAny, STREAMS, reads | writes << 32, clients << 32 | dice.roll(clients))
        }
        _ => act(Action::Receive, incoming, 1 + dice.roll(4), limit),
    }
}
