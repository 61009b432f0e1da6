//! Lab 1: a feeder puts tasks into a queue, workers take them out, solve them, and put answers into another queue.

use std::hint::black_box;

use crate::baton::{Action, NO_OBJECT, Op, ask, hooked};
use crate::header::{Header, Role};
use crate::plain_struct;
use crate::process::{self, Lab};
use crate::queue::{Closed, Queue};
use crate::region::{Cursor, Layout};
use crate::sys::hermetic::mix;

/// Something to solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number, from 1.
    pub id: u32,
    /// How much work it is: 1, or more for a long one.
    pub units: u32,
}
plain_struct!(Task { id, units });

/// What came out of a task; see [`Board::solve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The task's number.
    pub task: u32,
    /// What only who has solved it knows.
    pub value: u64,
}
plain_struct!(Answer { task, value });

/// What the feeder and the workers share.
pub struct Board {
    /// What is to be solved.
    pub tasks: Queue<Task>,
    /// What has been solved.
    pub answers: Queue<Answer>,
    size: Size,
    seed: u64,
}

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Tasks, numbered from 1.
    pub tasks: u64,
    /// Tasks that fit into their queue.
    pub capacity: u64,
    /// Answers that fit into theirs.
    pub answers: u64,
    /// Free running: loops of work a unit.
    pub work: u64,
    /// So many tasks at the beginning are long.
    pub long: u64,
    /// Units of a long task; all others have 1.
    pub units: u64,
}

impl Size {
    /// Reads the sizes from a header.
    pub fn of(header: &Header) -> Size {
        let [tasks, capacity, answers, work, long, units, ..] = header.params;
        Size { tasks, capacity, answers, work, long, units }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        params[..6].copy_from_slice(&[self.tasks, self.capacity, self.answers, self.work, self.long, self.units]);
        params
    }

    /// All tasks, in the order in which the feeder gets them.
    pub fn list(&self) -> Vec<Task> {
        let units = |id: u64| if id <= self.long { self.units } else { 1 };
        (1..=self.tasks).map(|id| Task { id: id as u32, units: units(id) as u32 }).collect()
    }
}

impl Board {
    /// Solves a task. This is the expensive part; everything else is coordination.
    pub fn solve(&self, task: Task) -> Answer {
        let mut value = 0;
        for unit in 0..u64::from(task.units.max(1)) {
            let op = Op { action: Action::Compute, object: NO_OBJECT, a: u64::from(task.id), b: unit };
            let mut work = || self.solve_freely(task);
            value = if hooked() { ask(op, &mut work) } else { work() };
        }
        Answer { task: task.id, value }
    }

    fn solve_freely(&self, task: Task) -> u64 {
        let mut x = u64::from(task.id);
        for _ in 0..self.size.work {
            x = black_box(mix(x));
        }
        value_of(self.seed, u64::from(task.id))
    }
}

/// The value in a task's answer.
pub fn value_of(seed: u64, task: u64) -> u64 {
    mix(seed ^ mix(task)) | 1
}

/// A set of functions that a lab1 binary brings: the student's, or the baseline's.
pub struct Functions {
    /// Puts all tasks in.
    pub feed: fn(&Board, &[Task], usize) -> Result<(), Closed>,
    /// Solves tasks until there will be no more.
    pub worker: fn(&Board, u32, usize) -> Result<(), Closed>,
    /// How many tasks to move in one step.
    pub batch_size: fn(u64, u64, usize, usize) -> usize,
}

/// The binary: the student's functions and the given baseline.
pub struct Lab1 {
    /// From `work.rs`.
    pub student: Functions,
    /// From `baseline.rs`.
    pub baseline: Functions,
}

/// Numbers of the functions, as roles name them; [`BASELINE`] is added for the baseline's.
pub mod function {
    /// Nothing: the worker ends at once.
    pub const IDLE: u64 = 0;
    /// `feed` with all tasks; argument: batch.
    pub const FEED: u64 = 1;
    /// `worker`; arguments: batch, bit set of those that must have ended before it begins.
    pub const WORKER: u64 = 2;
    /// `batch_size`; arguments: as its own.
    pub const BATCH_SIZE: u64 = 3;
    /// Given: puts the tasks in, one by one, and closes.
    pub const PUT: u64 = 4;
    /// Given: takes so many tasks for good, or fewer if it is told that no more will come; argument: how many.
    pub const TAKE: u64 = 5;
    /// Given: the collector; keeps the first answer of each task. Argument: bit set of those that must have ended before.
    pub const COLLECT: u64 = 6;
    /// Given: solves all tasks alone, without a queue.
    pub const SERIAL: u64 = 7;
    /// Added to a number: the baseline's function of that kind.
    pub const BASELINE: u64 = 100;
}

/// Tags of the reports.
pub mod tag {
    /// `feed` returned `Ok`: 1, or `Err(Closed)`: 0.
    pub const FED: u64 = 1;
    /// `worker` returned, as above.
    pub const WORKED: u64 = 2;
    /// A batch size.
    pub const BATCH: u64 = 3;
    /// The collector has the right answers of so many tasks.
    pub const COLLECTED: u64 = 4;
    /// The collector got so many answers to tasks that it had an answer to already.
    pub const AGAIN: u64 = 5;
    /// The collector got so many wrong answers.
    pub const WRONG: u64 = 6;
}

impl Lab for Lab1 {
    type Board = Board;
    const NUMBER: u64 = 1;

    fn layout(header: &Header) -> Layout {
        let size = Size::of(header);
        let mut layout = Layout::default();
        layout.queue::<Task>("tasks", size.capacity as usize, header.roles.len());
        layout.queue::<Answer>("answers", size.answers as usize, header.roles.len());
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        let (tasks, answers) = (Queue::take(cursor), Queue::take(cursor));
        Board { tasks, answers, size: Size::of(header), seed: header.seed }
    }

    fn run(&self, b: &Board, me: u32, role: &Role) {
        let (number, functions) = match role.function {
            n if n >= function::BASELINE => (n - function::BASELINE, &self.baseline),
            n => (n, &self.student),
        };
        let [first, second, third, fourth, ..] = role.args;
        match number {
            function::IDLE => {}
            function::FEED => report(tag::FED, (functions.feed)(b, &b.size.list(), first as usize)),
            function::WORKER => {
                if second != 0 {
                    process::await_exit(second);
                }
                report(tag::WORKED, (functions.worker)(b, me, first as usize));
            }
            function::BATCH_SIZE => {
                let batch = (functions.batch_size)(first, second, third as usize, fourth as usize);
                process::report(tag::BATCH, batch as u64);
            }
            function::PUT => put(b),
            function::TAKE => (0..first).map_while(|_| b.tasks.get()).for_each(drop),
            function::COLLECT => {
                process::await_exit(first);
                collect(b);
            }
            function::SERIAL => {
                for task in b.size.list() {
                    black_box(b.solve(task));
                }
            }
            other => panic!("lab1 has no function {other}"),
        }
    }
}

fn report(tag: u64, result: Result<(), Closed>) {
    process::report(tag, u64::from(result.is_ok()));
}

fn put(b: &Board) {
    for task in b.size.list() {
        if b.tasks.put(task).is_err() {
            return;
        }
    }
    b.tasks.close();
}

/// Keeps the first answer of each task; says how many came again, and how many were wrong.
fn collect(b: &Board) {
    let mut kept = vec![false; b.size.tasks as usize + 1];
    let (mut right, mut again, mut wrong) = (0, 0, 0);
    while let Some(answer) = b.answers.try_get() {
        let known = kept.get_mut(answer.task as usize).filter(|_| answer.task > 0);
        match known {
            Some(kept) if answer.value == value_of(b.seed, u64::from(answer.task)) => {
                *(if *kept { &mut again } else { &mut right }) += 1;
                *kept = true;
            }
            _ => wrong += 1,
        }
    }
    for (tag, count) in [(tag::COLLECTED, right), (tag::AGAIN, again), (tag::WRONG, wrong)] {
        process::report(tag, count);
    }
}
