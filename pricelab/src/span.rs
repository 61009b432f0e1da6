//! One raw sample: what a worker did, from when to when.

use std::io::Write;

use shared::sys::monotonic_ns;

/// How long a sample of many operations lasts.
const WHILE_NS: u64 = 10_000_000;
/// One that asks who got how much: long beside a time slice, so that the lock decides and not the scheduler.
const LONG_NS: u64 = 200_000_000;

/// What a worker did. Where several do one thing together, one of them counts it and the others count nothing.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    start_ns: u64,
    end_ns: u64,
    operations: u64,
}

impl Span {
    /// Repeats an operation for some milliseconds. Looks at the clock once a `batch`, so that the look does not count.
    pub fn for_a_while(batch: u64, operation: impl FnMut()) -> Span {
        Span::during(WHILE_NS, batch, operation)
    }

    /// The same, for longer.
    pub fn for_long(batch: u64, operation: impl FnMut()) -> Span {
        Span::during(LONG_NS, batch, operation)
    }

    fn during(ns: u64, batch: u64, mut operation: impl FnMut()) -> Span {
        let start_ns = monotonic_ns();
        let mut operations = 0;
        loop {
            (0..batch).for_each(|_| operation());
            operations += batch;
            let end_ns = monotonic_ns();
            if end_ns - start_ns >= ns {
                return Span { start_ns, end_ns, operations };
            }
        }
    }

    /// Does an operation that others take part in, so many times.
    pub fn of(count: u64, mut operation: impl FnMut(u64)) -> Span {
        let start_ns = monotonic_ns();
        (0..count).for_each(&mut operation);
        Span { start_ns, end_ns: monotonic_ns(), operations: count }
    }

    /// Does something that is so many operations.
    pub fn of_all(operations: u64, work: impl FnOnce()) -> Span {
        let start_ns = monotonic_ns();
        work();
        Span { start_ns, end_ns: monotonic_ns(), operations }
    }

    /// The same span, counted by somebody else.
    pub fn uncounted(self) -> Span {
        Span { operations: 0, ..self }
    }

    /// Prints it: start, end (monotonic nanoseconds), operations. One write: lines of several workers never mix.
    pub fn print(&self) {
        let line = format!("span {} {} {}\n", self.start_ns, self.end_ns, self.operations);
        std::io::stdout().write_all(line.as_bytes()).expect("the runner reads what we print");
    }
}
