//! Lab 2: producers put tasks, workers do them, and a supervisor sends the workers home with poison pills.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Duration;

use crate::array::RawArray;
use crate::baton::{Action, NO_OBJECT, Op, ask, hooked};
use crate::crew::{Abandoned, Crew};
use crate::header::{Header, Role};
use crate::plain::{MAX_WORDS, Plain};
use crate::process::{self, Lab};
use crate::queue::{Closed, Queue};
use crate::raw::RawValue;
use crate::region::{Cursor, Kind, Layout};
use crate::sys::hermetic::mix;

/// A piece of work. Every number is a legal one, 0 as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which task, and where its answer belongs.
    pub id: u32,
}

/// What lies in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Do this.
    Task(Task),
    /// Go home.
    Pill,
}

impl Plain for Msg {
    const WORDS: usize = 2;
    fn to_words(self) -> [u64; MAX_WORDS] {
        let mut words = [0; MAX_WORDS];
        if let Msg::Task(task) = self {
            words[..2].copy_from_slice(&[1, u64::from(task.id)]);
        }
        words
    }
    fn from_words(words: [u64; MAX_WORDS]) -> Self {
        if words[0] == 1 { Msg::Task(Task { id: words[1] as u32 }) } else { Msg::Pill }
    }
}

/// What everybody shares.
pub struct Board {
    /// Tasks and pills on their way to the workers.
    pub inbox: Queue<Msg>,
    /// Two words a task; see [`Board::record`].
    pub answers: RawArray<u64>,
    /// Starts at the number of producers; what becomes of it is yours to choose.
    pub producers_left: RawValue<u32>,
    /// For the supervisor alone.
    crew: RefCell<Option<Crew>>,
    size: Size,
    seed: u64,
}

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Workers.
    pub workers: u64,
    /// Producers.
    pub producers: u64,
    /// Tasks of all producers together.
    pub tasks: u64,
    /// The number of the first task; the others follow.
    pub first: u64,
    /// Free running: loops of work a task.
    pub work: u64,
}

impl Size {
    /// Reads the sizes from a header.
    pub fn of(header: &Header) -> Size {
        let [workers, producers, tasks, first, work, ..] = header.params;
        Size { workers, producers, tasks, first, work }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        params[..5].copy_from_slice(&[self.workers, self.producers, self.tasks, self.first, self.work]);
        params
    }

    /// The numbers of all tasks.
    pub fn ids(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.tasks
    }
}

impl Board {
    /// Does a task and gives its answer. This is the expensive part; everything else is coordination.
    pub fn solve(&self, task: Task) -> u64 {
        let op = Op { action: Action::Compute, object: NO_OBJECT, a: u64::from(task.id), b: 0 };
        let mut work = || {
            self.burn();
            value_of(self.seed, u64::from(task.id))
        };
        if hooked() { ask(op, &mut work) } else { work() }
    }

    /// Writes down the answer of a task: the answer, and then a second word that proves it. Both cost some work, and who is
    /// killed in between leaves half a record.
    pub fn record(&self, task: Task, answer: u64) {
        let place = 2 * task.id as usize;
        self.answers.set(place, answer);
        if !hooked() {
            self.burn();
        }
        self.answers.set(place + 1, proof_of(answer));
    }

    /// Half of the work of a task.
    fn burn(&self) {
        let mut x = 1;
        for _ in 0..self.size.work / 2 {
            x = black_box(mix(x));
        }
    }

    /// How many workers there are.
    pub fn workers(&self) -> u32 {
        self.size.workers as u32
    }
}

/// The answer of a task: known only to who solves it.
pub fn value_of(seed: u64, id: u64) -> u64 {
    mix(seed ^ mix(id ^ 0x1ab2)) | 1
}

/// The second word of a record.
pub fn proof_of(answer: u64) -> u64 {
    mix(answer) | 1
}

/// A set of functions that a lab2 binary brings: the student's, or a baseline's.
pub struct Functions {
    /// Puts some tasks into the inbox.
    pub producer: fn(&Board, u32, &[Task]) -> Result<(), Closed>,
    /// Does tasks until a pill comes.
    pub worker: fn(&Board, u32),
    /// Sees to it that everything is done and everybody goes home.
    pub supervisor: fn(&Board, &mut Crew) -> Result<(), Abandoned>,
}

/// The binary: the student's functions and the given baselines.
pub struct Lab2 {
    /// From `pill.rs`.
    pub student: Functions,
    /// From `baseline.rs`: stop by a flag.
    pub flag: Functions,
    /// From `baseline.rs`: stop by a kill.
    pub kill: Functions,
}

/// Numbers of the functions, as roles name them; [`FLAG`](function::FLAG) or [`KILL`](function::KILL) is added for a baseline's.
pub mod function {
    /// `producer`; arguments: its number, its first task, how many, nanoseconds to sleep before.
    pub const PRODUCER: u64 = 1;
    /// `worker`; argument: its number.
    pub const WORKER: u64 = 2;
    /// `supervisor`.
    pub const SUPERVISOR: u64 = 3;
    /// Given: puts some messages at once, then counts itself out; arguments: how many, bit set of those that are pills.
    pub const FEED: u64 = 4;
    /// Given: takes what is left once some have ended; argument: bit set of them.
    pub const DRAIN: u64 = 5;
    /// Given: puts the tasks one by one with pauses, then one pill; argument: nanoseconds of a pause.
    pub const PACED: u64 = 6;
    /// Given: looks at all answers once some have ended; argument: bit set of them.
    pub const AUDIT: u64 = 7;
    /// Added to a number: the flag baseline's function of that kind.
    pub const FLAG: u64 = 100;
    /// Added to a number: the kill baseline's function of that kind.
    pub const KILL: u64 = 200;
}

/// Tags of the reports.
pub mod tag {
    /// Who this is: the function's number, and the producer's number in the upper half.
    pub const ROLE: u64 = 1;
    /// A message that was left: 0 for a pill, a task's number plus one.
    pub const LEFT: u64 = 2;
    /// `producer` or `supervisor` gave up.
    pub const GAVE_UP: u64 = 3;
    /// Tasks without an answer.
    pub const MISSING: u64 = 4;
    /// Tasks with half an answer.
    pub const HALF: u64 = 5;
    /// Tasks with a whole, wrong answer.
    pub const WRONG: u64 = 6;
    /// Tasks that are left in the inbox.
    pub const TASKS_LEFT: u64 = 7;
    /// Pills that are left in the inbox.
    pub const PILLS_LEFT: u64 = 8;
}

impl Lab for Lab2 {
    type Board = Board;
    const NUMBER: u64 = 2;

    fn layout(header: &Header) -> Layout {
        let size = Size::of(header);
        let mut layout = Layout::default();
        // Room for every task, and for pills from everybody.
        let capacity = (size.tasks + size.workers * (size.producers + 2)) as usize;
        layout.queue::<Msg>("inbox", capacity, header.roles.len());
        layout.array::<u64>("answers", 2 * (size.first + size.tasks) as usize);
        layout.add("producers_left", Kind::Cell { init: size.producers });
        layout.add("crew", Kind::Crew);
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        let size = Size::of(header);
        Board {
            inbox: Queue::take(cursor),
            answers: RawArray::take(cursor),
            producers_left: RawValue::take(cursor),
            crew: Some(Crew::take(cursor, size.workers as u32, size.producers as u32)).into(),
            size,
            seed: header.seed,
        }
    }

    fn run(&self, b: &Board, _slot: u32, role: &Role) {
        let (number, functions) = match role.function {
            n if n >= function::KILL => (n - function::KILL, &self.kill),
            n if n >= function::FLAG => (n - function::FLAG, &self.flag),
            n => (n, &self.student),
        };
        let [first, second, third, pause, ..] = role.args;
        process::report(tag::ROLE, number | first << 32);
        match number {
            function::PRODUCER => {
                // Sleeping is a step too: only where it is asked for.
                if pause > 0 {
                    std::thread::sleep(Duration::from_nanos(pause));
                }
                let tasks: Vec<Task> = (second..second + third).map(|id| Task { id: id as u32 }).collect();
                report_failure((functions.producer)(b, first as u32, &tasks).is_err());
            }
            function::WORKER => (functions.worker)(b, first as u32),
            function::SUPERVISOR => {
                let mut crew = b.crew.take().expect("a board has one crew");
                report_failure((functions.supervisor)(b, &mut crew).is_err());
            }
            function::FEED => feed(b, first, second),
            function::DRAIN => {
                process::await_exit(first);
                while let Some(msg) = b.inbox.try_get() {
                    process::report(tag::LEFT, if let Msg::Task(task) = msg { u64::from(task.id) + 1 } else { 0 });
                }
            }
            function::PACED => paced(b, first),
            function::AUDIT => audit(b, first),
            other => panic!("lab2 has no function {other}"),
        }
    }
}

fn report_failure(failed: bool) {
    if failed {
        process::report(tag::GAVE_UP, 1);
    }
}

/// Message `n` is a pill where bit `n` is set; tasks are numbered on.
fn feed(b: &Board, count: u64, pills: u64) {
    let mut ids = b.size.ids();
    let message = |n: u64| match pills >> n & 1 {
        1 => Msg::Pill,
        _ => Msg::Task(Task { id: ids.next().unwrap_or(0) as u32 }),
    };
    let messages: Vec<Msg> = (0..count).map(message).collect();
    report_failure(b.inbox.put_all(&messages).is_err());
    b.producers_left.set_release(0);
}

fn paced(b: &Board, pause_ns: u64) {
    for id in b.size.ids() {
        std::thread::sleep(Duration::from_nanos(pause_ns));
        report_failure(b.inbox.put(Msg::Task(Task { id: id as u32 })).is_err());
    }
    std::thread::sleep(Duration::from_nanos(pause_ns));
    report_failure(b.inbox.put(Msg::Pill).is_err());
    b.producers_left.set_release(0);
}

fn audit(b: &Board, after: u64) {
    process::await_exit(after);
    let (mut missing, mut half, mut wrong) = (0, 0, 0);
    for id in b.size.ids() {
        let (answer, proof) = (b.answers.get(2 * id as usize), b.answers.get(2 * id as usize + 1));
        match (answer, proof) {
            (0, 0) => missing += 1,
            (0, _) | (_, 0) => half += 1,
            _ if answer != value_of(b.seed, id) || proof != proof_of(answer) => wrong += 1,
            _ => {}
        }
    }
    let (mut tasks, mut pills) = (0, 0);
    while let Some(msg) = b.inbox.try_get() {
        *(if msg == Msg::Pill { &mut pills } else { &mut tasks }) += 1;
    }
    let found = [
        (tag::MISSING, missing),
        (tag::HALF, half),
        (tag::WRONG, wrong),
        (tag::TASKS_LEFT, tasks),
        (tag::PILLS_LEFT, pills),
    ];
    found.into_iter().for_each(|(tag, count)| process::report(tag, count));
}
