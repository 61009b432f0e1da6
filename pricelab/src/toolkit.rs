//! The toolkit's mechanisms, each as a loop over one operation, run by real workers of a crew as in a lab.

use std::hint::black_box;
use std::io::Result;
use std::sync::OnceLock;

use shared::array::RawArray;
use shared::barrier::Barrier;
use shared::endpoint::Connection;
use shared::header::{Header, Role};
use shared::launch::{Running, crew_of_this_program};
use shared::lock::Lock;
use shared::pipe_queue::PipeQueue;
use shared::plain_struct;
use shared::process::Lab;
use shared::queue::Queue;
use shared::raw::RawValue;
use shared::region::{Cursor, Kind, Layout};
use shared::slice::Slice;
use shared::value::Value;
use shared::words::queue::MAX_BATCH;

use crate::span::Span;
use crate::team::{self, Place};
use crate::waits;
use crate::{crash, flag, manager};

/// Meetings of a sample.
const MEETINGS: u64 = 500;
/// Items of a sample, through a pipe and through a queue or what is compared with it: workers begin up to 0.2 ms one after the
/// other, processes later than threads, and that must not count; how many fit; round trips through two queues.
const PIPED: usize = 20_000;
pub const ITEMS: usize = 1_000_000;
pub const ROOM: usize = 1_024;
const TRIPS: u64 = 1_500;
/// Operations between two looks at the clock: for what takes less than a nanosecond, for what takes some, for the rest.
const CHEAP: u64 = 4_096;
const USUAL: u64 = 256;

/// An element of four words.
#[derive(Clone, Copy)]
struct Record {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}
plain_struct!(Record { a, b, c, d });

/// One object of every kind.
pub struct Board {
    pub cell: RawValue<u64>,
    pub go: RawValue<u64>,
    pub value: Value<u64>,
    pub lock: Lock,
    words: RawArray<u64>,
    records: RawArray<Record>,
    pub gate: Barrier,
    pub queue: Queue<u64>,
    back: Queue<u64>,
    pipe_queue: PipeQueue<u64>,
    pub connections: Vec<Connection>,
    workers: usize,
}

/// As many words as the array has, published before the workers are forked.
static PUBLISHED: OnceLock<Slice<u64>> = OnceLock::new();
const WORDS: usize = 8;

type Loop = fn(&Board, usize) -> Span;

/// Every mechanism by its name.
const MECHANISMS: &[(&str, Loop)] = &[
    ("raw-get", |b, _| {
        Span::for_a_while(CHEAP, || {
            black_box(b.cell.get());
        })
    }),
    ("raw-set", |b, _| Span::for_a_while(CHEAP, || b.cell.set(black_box(1)))),
    ("raw-fetch-add", |b, _| {
        Span::for_a_while(USUAL, || {
            b.cell.fetch_add(1);
        })
    }),
    ("value-get", |b, _| {
        Span::for_a_while(USUAL, || {
            black_box(b.value.get());
        })
    }),
    ("value-add", |b, _| {
        Span::for_a_while(USUAL, || {
            let mut guard = b.value.lock();
            let now = guard.get();
            guard.set(now + 1);
        })
    }),
    ("lock", |b, _| Span::for_a_while(USUAL, || drop(b.lock.lock()))),
    ("lock-waits", |b, _| waits::of(|| b.lock.lock())),
    ("flag-in-turn", |b, _| flag::in_turn(&b.cell)),
    ("array-get", |b, _| {
        Span::for_a_while(CHEAP, || {
            black_box(b.words.get(black_box(3)));
        })
    }),
    ("array-set", |b, _| Span::for_a_while(CHEAP, || b.words.set(black_box(3), black_box(7)))),
    ("array-record", |b, _| {
        Span::for_a_while(CHEAP, || {
            black_box(b.records.get(black_box(3)));
        })
    }),
    ("slice-get", |_, _| {
        let words: &[u64] = PUBLISHED.get().expect("published before the workers are forked");
        Span::for_a_while(CHEAP, || {
            black_box(black_box(words)[black_box(3)]);
        })
    }),
    ("barrier", |b, me| {
        let span = Span::of(MEETINGS, |_| {
            b.gate.wait();
        });
        if me == 0 { span } else { span.uncounted() }
    }),
    ("queue", |b, me| {
        through(
            b,
            me,
            ITEMS,
            1,
            |items| b.queue.put(items[0]).is_ok(),
            |_| usize::from(black_box(b.queue.get()).is_some()),
        )
    }),
    ("queue-batch", |b, me| {
        let lease = |most| {
            b.queue.lease(most).map_or(0, |lease| {
                let count = lease.len();
                for item in lease.iter() {
                    black_box(item);
                }
                lease.done();
                count
            })
        };
        through(b, me, ITEMS, MAX_BATCH, |items| b.queue.put_all(items).is_ok(), lease)
    }),
    ("pipe-queue", |b, me| {
        let put = |items: &[u64]| {
            b.pipe_queue.put(items[0]);
            true
        };
        let take = |_| {
            black_box(b.pipe_queue.get());
            1
        };
        through(b, me, PIPED, 1, put, take)
    }),
    ("queue-trip-same", |b, me| queue_trips(b, me, false)),
    ("queue-trip-across", |b, me| queue_trips(b, me, true)),
    ("manager-same", |b, me| manager::gets(&b.connections, me, false)),
    ("manager-across", |b, me| manager::gets(&b.connections, me, true)),
    ("manager-clients", |b, me| manager::play(&b.connections, me)),
];

/// Half of the workers put items in, `batch` at a time, the others take them out; an item counts once, when it is out.
fn through(
    b: &Board,
    me: usize,
    items: usize,
    batch: usize,
    put: impl Fn(&[u64]) -> bool,
    take: impl Fn(usize) -> usize,
) -> Span {
    let each = items / (b.workers / 2) / batch * batch;
    let batches = (each / batch) as u64;
    if me.is_multiple_of(2) {
        let load = [7; MAX_BATCH];
        return Span::of(batches, |_| assert!(put(&load[..batch]), "nobody closes the queue")).uncounted();
    }
    Span::of_all(each as u64, || {
        let mut left = each;
        while left > 0 {
            // Nobody takes more than its share: the others would wait for ever.
            let taken = take(left.min(batch));
            assert!(taken > 0, "nobody closes the queue");
            left -= taken;
        }
    })
}

/// An item through one queue and back through another; both sides sleep while they wait.
fn queue_trips(b: &Board, me: usize, across: bool) -> Span {
    team::pin(if me == 1 && across { Place::Last } else { Place::First });
    if me == 0 {
        return Span::of(TRIPS, |n| {
            assert!(b.queue.put(n).is_ok() && b.back.get() == Some(n), "the answer is the question");
        });
    }
    Span::of(TRIPS, |_| assert!(b.queue.get().is_some_and(|n| b.back.put(n).is_ok()))).uncounted()
}

/// The lab that holds them.
pub struct PriceLab;

impl Lab for PriceLab {
    type Board = Board;
    const NUMBER: u64 = 0;

    fn layout(header: &Header) -> Layout {
        let mut layout = Layout::default();
        layout.add("cell", Kind::Cell { init: 0 });
        layout.add("go", Kind::Cell { init: 0 });
        layout.value("value");
        layout.add("lock", Kind::Lock);
        layout.array::<u64>("words", WORDS);
        layout.array::<Record>("records", 8);
        layout.add("gate", Kind::Barrier { parties: header.roles.len() });
        layout.queue::<u64>("queue", ROOM, header.roles.len());
        layout.queue::<u64>("back", ROOM, header.roles.len());
        layout.pipe_queue("pipe_queue");
        for client in 1..header.roles.len() {
            layout.connection(client, 0, manager::ROOM);
        }
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        Board {
            cell: RawValue::take(cursor),
            go: RawValue::take(cursor),
            value: Value::take(cursor),
            lock: Lock::take(cursor),
            words: RawArray::take(cursor),
            records: RawArray::take(cursor),
            gate: Barrier::take(cursor),
            queue: Queue::take(cursor),
            back: Queue::take(cursor),
            pipe_queue: PipeQueue::take(cursor),
            connections: (1..header.roles.len())
                .map(|_| Connection::take(cursor, shared::process::me() == 0))
                .collect(),
            workers: header.roles.len(),
        }
    }

    fn publish(&self, _header: &Header) -> Result<()> {
        PUBLISHED.set(Slice::publish(WORDS, |to| to.fill(7))?).ok().expect("a crew starts once");
        Ok(())
    }

    fn run(&self, board: &Board, me: u32, role: &Role) {
        match role.function.checked_sub(crash::FUNCTION) {
            Some(case) => crash::run(board, me as usize, case),
            None => MECHANISMS[role.function as usize].1(board, me as usize).print(),
        }
    }
}

/// The mechanism with this name.
pub fn find(name: &str) -> Option<u64> {
    MECHANISMS.iter().position(|(n, _)| *n == name).map(|at| at as u64)
}

/// Takes one sample of a mechanism with so many workers.
///
/// # Errors
/// When memory or processes are short, or a worker did not end well.
pub fn sample(mechanism: u64, workers: usize) -> Result<()> {
    start(mechanism, workers)?.wait()
}

/// Starts this program again as a crew of so many workers that all play the same role.
///
/// # Errors
/// When memory or processes are short.
pub fn start(function: u64, workers: usize) -> Result<Running> {
    crew_of_this_program::<PriceLab>(header(function, workers))
}

fn header(function: u64, workers: usize) -> Header {
    Header { roles: vec![Role { function, ..Role::default() }; workers], ..Header::default() }
}

/// Where the cells lie that the parent looks at as well: [`Board::cell`] and [`Board::go`].
pub fn cells(workers: usize) -> [usize; 2] {
    let objects = PriceLab::layout(&header(0, workers)).objects;
    [objects[0].offset, objects[1].offset]
}
