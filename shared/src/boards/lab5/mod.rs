//! Lab 5: the same tasks solved by four architectures that talk more or less, and a law of what talking costs.

mod roles;

use std::hint::black_box;

use crate::array::RawArray;
use crate::barrier::Barrier;
use crate::baton::{Action, NO_OBJECT, Op, ask, hooked};
use crate::header::{Header, Role};
use crate::plain_struct;
use crate::process::{self, Lab};
use crate::queue::Queue;
use crate::raw::RawValue;
use crate::region::{Cursor, Kind, Layout};
use crate::sys::hermetic::mix;
use crate::value::Value;

/// A message of the queue: which task to solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The task's number, from 0.
    pub n: u64,
}
plain_struct!(Task { n });

/// What the workers share.
pub struct Board {
    /// One message a task. Somebody else fills and closes it.
    pub tasks: Queue<Task>,
    /// What all have found together. It starts at 0.
    pub total: Value<u64>,
    /// Whether to stop: 0 is no.
    pub stop: RawValue<u32>,
}

/// One worker's view of the job: tasks `0..tasks`, for `workers` workers.
pub struct Job {
    /// Which worker this is, from 0.
    pub me: u32,
    /// How many workers there are.
    pub workers: u32,
    /// How many tasks there are.
    pub tasks: u64,
    work: u64,
    seed: u64,
}

impl Job {
    /// Solves task `n` and gives its answer. This is the expensive part; everything else is coordination.
    pub fn solve(&self, n: u64) -> u64 {
        let op = Op { action: Action::Compute, object: NO_OBJECT, a: question::SOLVE, b: n };
        let mut work = || {
            let mut x = n | 1;
            for _ in 0..self.work {
                x = black_box(mix(x));
            }
            answer_of(self.seed, n)
        };
        if hooked() { ask(op, &mut work) } else { work() }
    }
}

/// The answer to task `n`, from 1 to 1000: known only to who solves it.
pub fn answer_of(seed: u64, n: u64) -> u64 {
    1 + mix(seed ^ mix(n)) % 1000
}

/// What repeated trials say, all in the unit of the trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// The fastest repeat.
    pub fastest: f64,
    /// The median: the middle one in order, or anything between the two middle ones.
    pub median: f64,
    /// The slowest repeat.
    pub slowest: f64,
}

/// One measurement: so many workers solved so many tasks, with one message a task, in so much time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Workers.
    pub p: u32,
    /// Tasks.
    pub tasks: u64,
    /// What one task takes, nanoseconds, on average.
    pub task_ns: f64,
    /// What all of it took, nanoseconds.
    pub took_ns: f64,
}

/// What coordination costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// What one message takes, nanoseconds. While one worker is at it, the others wait.
    pub message_ns: f64,
}

/// A way to let the workers solve a job and to return this worker's part of the answer.
pub type Architecture = fn(&Board, &Job) -> u64;

/// A set of functions that a lab5 binary brings: the student's, or the baseline's.
pub struct Functions {
    /// No talk at all.
    pub pure_parallel: Architecture,
    /// One message a task.
    pub queue_heavy: Architecture,
    /// One locked addition a task.
    pub shared_lock: fn(&Board, &Job),
    /// A look now and then, one addition at the end.
    pub quiet: fn(&Board, &Job, usize, u64) -> u64,
    /// Times something often enough to believe it.
    pub measure: fn(&mut dyn FnMut() -> f64, usize, usize) -> Stats,
    /// What a message costs, from measurements.
    pub fit: fn(&[Row]) -> Cost,
    /// How long a job will take, nanoseconds.
    pub predict: fn(&Cost, u32, u64, f64) -> f64,
}

/// The binary: the student's functions and the given baseline.
pub struct Lab5 {
    /// From `arch.rs`.
    pub student: Functions,
    /// From `baseline.rs`: one worker does everything.
    pub serial: Functions,
}

/// Numbers of the functions, as roles name them; [`BASELINE`] is added for the baseline's.
pub mod function {
    /// Nothing: the worker ends at once.
    pub const IDLE: u64 = 0;
    /// `pure_parallel`.
    pub const PURE: u64 = 1;
    /// `queue_heavy`.
    pub const QUEUE: u64 = 2;
    /// `shared_lock`.
    pub const LOCK: u64 = 3;
    /// `quiet`; arguments: every, limit.
    pub const QUIET: u64 = 4;
    /// Given: puts all tasks into the queue and closes it.
    pub const FEED: u64 = 5;
    /// Given: says the total once the workers in a bit set have ended; argument: bit set.
    pub const TOTAL_AT_END: u64 = 6;
    /// `measure` on a scripted trial; arguments: case, warm-ups, repeats.
    pub const MEASURE: u64 = 7;
    /// `fit` on the rows of a case, then `predict`; arguments: case, rows, questions.
    pub const PREDICT: u64 = 8;
    /// Free running: every architecture, on both sizes of tasks, timed.
    pub const COMPARE: u64 = 9;
    /// Free running: what [`FEED`] is to [`COMPARE`].
    pub const FEED_COMPARE: u64 = 10;
    /// Added to a number: the baseline's function of that kind.
    pub const BASELINE: u64 = 100;
}

/// What a computation asks, as its first argument.
pub mod question {
    /// The answer to task `b`.
    pub const SOLVE: u64 = 0;
    /// How long trial `b` of a case took; the case is added.
    pub const TRIAL: u64 = 100;
    /// Word `b` of the rows of a case: four words a row; the case is added.
    pub const ROW: u64 = 200;
    /// Word `b` of the questions of a case: three words a question; the case is added.
    pub const ASK: u64 = 300;
}

/// Tags of the reports.
pub mod tag {
    /// This worker's part of the answer.
    pub const PART: u64 = 1;
    /// The total at the end.
    pub const TOTAL: u64 = 2;
    /// The fields of `Stats`, in their order, as bits of an `f64`.
    pub const STATS: [u64; 3] = [3, 4, 5];
    /// What a message costs, as bits of an `f64`.
    pub const MESSAGE: u64 = 6;
    /// A prediction, as bits of an `f64`.
    pub const PREDICTED: u64 = 7;
    /// Free running, of size s (0 or 1) and architecture a (see [`super::ARCHITECTURES`]): this + 10 s + a is the time in
    /// nanoseconds, once a round.
    pub const TIME: u64 = 100;
    /// The same: a part of the answer.
    pub const ANSWER: u64 = 200;
}

/// The architectures that a free run compares, in the order of their tags.
pub const ARCHITECTURES: [&str; 5] = ["serial", "pure_parallel", "queue_heavy", "shared_lock", "quiet"];

/// Free running, how often `quiet` looks.
const FREE_EVERY: usize = 16;

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Workers that solve tasks.
    pub workers: u64,
    /// Tasks.
    pub tasks: u64,
    /// Free running: loops of work a task.
    pub work: u64,
    /// Free running: tasks of the other, longer kind.
    pub long_tasks: u64,
    /// Free running: loops of work for each of those.
    pub long_work: u64,
    /// Free running: how often everything is run; 0 counts as 1.
    pub rounds: u64,
}

impl Size {
    /// Reads the sizes from a header.
    pub fn of(header: &Header) -> Size {
        let [workers, tasks, work, long_tasks, long_work, rounds, ..] = header.params;
        Size { workers, tasks, work, long_tasks, long_work, rounds }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        let fields = [self.workers, self.tasks, self.work, self.long_tasks, self.long_work, self.rounds];
        params[..fields.len()].copy_from_slice(&fields);
        params
    }

    /// Tasks and loops of each of the two kinds.
    pub fn kinds(&self) -> [(u64, u64); 2] {
        [(self.tasks, self.work), (self.long_tasks, self.long_work)]
    }
}

/// From when to when.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u64,
    end: u64,
}
plain_struct!(Span { start, end });

/// A board for each round and kind of tasks, because a queue is closed only once, and where the workers of a free run meet.
pub struct Boards {
    each: Vec<[Board; 2]>,
    gate: Barrier,
    /// When each worker began what is being compared, and when it ended; monotonic nanoseconds.
    clock: RawArray<Span>,
    size: Size,
    seed: u64,
}

impl Boards {
    /// From the first worker's start to the last one's end, nanoseconds. Whoever asks may have been the last to be woken.
    fn took(&self) -> u64 {
        let spans = || (0..self.clock.len()).map(|worker| self.clock.get(worker));
        let (start, end) = (spans().map(|s| s.start).min(), spans().map(|s| s.end).max());
        end.unwrap_or(0).saturating_sub(start.unwrap_or(0))
    }

    fn job(&self, me: u32, kind: usize) -> Job {
        let (tasks, work) = self.size.kinds()[kind];
        Job { me, workers: self.size.workers as u32, tasks, work, seed: self.seed }
    }
}

impl Lab for Lab5 {
    type Board = Boards;
    const NUMBER: u64 = 5;

    fn layout(header: &Header) -> Layout {
        let size = Size::of(header);
        let mut layout = Layout::default();
        for round in 0..size.rounds.max(1) {
            for (kind, (tasks, _)) in ["", " of long tasks"].into_iter().zip(size.kinds()) {
                let suffix = if round == 0 { kind.to_owned() } else { format!("{kind}, round {}", round + 1) };
                layout.queue::<Task>(&format!("tasks{suffix}"), tasks.max(1) as usize, header.roles.len());
                layout.value(&format!("total{suffix}"));
                layout.add(&format!("stop{suffix}"), Kind::Cell { init: 0 });
            }
        }
        layout.add("gate", Kind::Barrier { parties: size.workers as usize + 1 });
        layout.array::<Span>("clock", size.workers as usize);
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Boards {
        let mut board =
            || Board { tasks: Queue::take(cursor), total: Value::take(cursor), stop: RawValue::take(cursor) };
        let size = Size::of(header);
        let each = (0..size.rounds.max(1)).map(|_| [board(), board()]).collect();
        Boards { each, gate: Barrier::take(cursor), clock: RawArray::take(cursor), size, seed: header.seed }
    }

    fn run(&self, boards: &Boards, me: u32, role: &Role) {
        let (number, functions) = match role.function {
            n if n >= function::BASELINE => (n - function::BASELINE, &self.serial),
            n => (n, &self.student),
        };
        let (b, j) = (&boards.each[0][0], &boards.job(me, 0));
        let [first, second, third, ..] = role.args;
        match number {
            function::IDLE => {}
            function::PURE => process::report(tag::PART, (functions.pure_parallel)(b, j)),
            function::QUEUE => process::report(tag::PART, (functions.queue_heavy)(b, j)),
            function::LOCK => (functions.shared_lock)(b, j),
            function::QUIET => process::report(tag::PART, (functions.quiet)(b, j, first as usize, second)),
            function::FEED => roles::feed(b, j),
            function::TOTAL_AT_END => {
                process::await_exit(first);
                process::report(tag::TOTAL, b.total.raw().get());
            }
            function::MEASURE => roles::measure(functions, first, second as usize, third as usize),
            function::PREDICT => roles::predict(functions, first, second, third),
            function::COMPARE => roles::compare(functions, boards, me),
            function::FEED_COMPARE => roles::feed_compare(boards, me),
            other => panic!("lab5 has no function {other}"),
        }
    }
}
