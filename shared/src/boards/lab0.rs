//! Chapter 0: workers count in batches and add what they found to one total.

use std::hint::black_box;

use crate::baton::{Action, NO_OBJECT, Op, ask, hooked};
use crate::header::{Header, Role};
use crate::process::{self, Lab};
use crate::region::{Cursor, Layout};
use crate::sys::hermetic::mix;
use crate::value::Value;

/// What the workers share.
pub struct Board {
    /// What all workers have found so far. It starts at 0.
    pub total: Value<u64>,
    size: Size,
    seed: u64,
}

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Batches a worker counts.
    pub batches: u64,
    /// What it finds in each.
    pub found: u64,
    /// Free running: loops of work a batch, on average.
    pub work: u64,
}

impl Size {
    /// Reads the sizes from a header.
    pub fn of(header: &Header) -> Size {
        let [batches, found, work, ..] = header.params;
        Size { batches, found, work }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        params[..3].copy_from_slice(&[self.batches, self.found, self.work]);
        params
    }
}

impl Board {
    /// Counts one batch: the expensive part, which needs nobody else.
    fn count(&self, me: u32, batch: u64) -> u64 {
        let op = Op { action: Action::Compute, object: NO_OBJECT, a: u64::from(me), b: batch };
        let mut work = || {
            // Half to three halves of the average: workers that start together must not go in step.
            let share = 512 + mix(self.seed ^ u64::from(me) << 32 ^ batch) % 1024;
            let mut x = batch | 1;
            for _ in 0..self.size.work * share / 1024 {
                x = black_box(mix(x));
            }
            self.size.found
        };
        if hooked() { ask(op, &mut work) } else { work() }
    }
}

/// The binary: the student's function.
pub struct Lab0 {
    /// From `counter.rs`: adds to the total.
    pub add: fn(&Board, u64),
}

/// Numbers of the functions, as roles name them.
pub mod function {
    /// `add`, once; argument: how much.
    pub const ADD: u64 = 1;
    /// `add` after each batch.
    pub const COUNT: u64 = 2;
    /// Says the total once the workers in a bit set have ended; argument: bit set.
    pub const TOTAL_AT_END: u64 = 3;
}

/// Tags of the reports.
pub mod tag {
    /// The total at the end.
    pub const TOTAL: u64 = 1;
}

impl Lab for Lab0 {
    type Board = Board;
    const NUMBER: u64 = 0;

    fn layout(_header: &Header) -> Layout {
        let mut layout = Layout::default();
        layout.value("total");
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        Board { total: Value::take(cursor), size: Size::of(header), seed: header.seed }
    }

    fn run(&self, b: &Board, me: u32, role: &Role) {
        match role.function {
            function::ADD => (self.add)(b, role.args[0]),
            function::COUNT => (0..b.size.batches).for_each(|batch| (self.add)(b, b.count(me, batch))),
            function::TOTAL_AT_END => {
                process::await_exit(role.args[0]);
                process::report(tag::TOTAL, b.total.raw().get());
            }
            other => panic!("lab0 has no function {other}"),
        }
    }
}
