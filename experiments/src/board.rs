//! What the workers of all experiments share, and which function runs in them.

use std::io::Write;
use std::sync::OnceLock;

use shared::array::RawArray;
use shared::barrier::Barrier;
use shared::endpoint::Connection;
use shared::header::{Header, PARAMS, Role};
use shared::pipe_queue::PipeQueue;
use shared::process::Lab;
use shared::queue::Queue;
use shared::raw::RawValue;
use shared::region::{Cursor, Kind, Layout};
use shared::slice::Slice;
use shared::value::Value;

use crate::manager::{self, Client};
use crate::{access, fraud, search, tasks};

/// The numbers that say what to do, as the runner gives them and as they stand in the header. What an experiment does
/// not need it ignores.
#[derive(Clone, Debug, Default)]
pub struct Size {
    /// Worker processes or threads.
    pub workers: u64,
    /// Candidates or accesses a worker.
    pub items: u64,
    /// Tasks of all workers together.
    pub tasks: u64,
    /// Loops of work a task.
    pub work: u64,
    /// A look at the flag every so many candidates.
    pub every: u64,
    /// Things that go through a queue at once.
    pub batch: u64,
    /// Repetitions inside the sample.
    pub rounds: u64,
    /// 1: one more process, the manager.
    pub manager: u64,
    /// Seed of everything random.
    pub seed: u64,
}

impl Size {
    const KEYS: [&str; 9] = ["workers", "items", "tasks", "work", "every", "batch", "rounds", "manager", "seed"];

    fn fields(&mut self) -> [&mut u64; 9] {
        [
            &mut self.workers,
            &mut self.items,
            &mut self.tasks,
            &mut self.work,
            &mut self.every,
            &mut self.batch,
            &mut self.rounds,
            &mut self.manager,
            &mut self.seed,
        ]
    }

    /// Reads `key=number` words.
    ///
    /// # Errors
    /// A sentence about the first word that is none, or whose number cannot be used.
    pub fn parse(words: &[&str]) -> Result<Size, String> {
        let mut size = Size { workers: 1, items: 1, tasks: 1, every: 1, batch: 1, rounds: 1, ..Size::default() };
        for word in words {
            let (key, number) = word.split_once('=').ok_or_else(|| format!("`{word}` is not KEY=NUMBER"))?;
            let at = Size::KEYS.iter().position(|k| *k == key).ok_or_else(|| format!("there is no key `{key}`"))?;
            *size.fields()[at] = number.parse().map_err(|_| format!("`{number}` is no number, in `{word}`"))?;
        }
        if size.manager > 1 {
            return Err(format!("manager={}: 1 with a manager, 0 without", size.manager));
        }
        let most = shared::region::MAX_WORKERS as u64 - size.manager;
        if !(1..=most).contains(&size.workers) {
            return Err(format!("workers={}: 1 to {most} are possible", size.workers));
        }
        if [size.items, size.tasks, size.every, size.batch, size.rounds].contains(&0) {
            return Err("items, tasks, every, batch and rounds must be at least 1".to_owned());
        }
        Ok(size)
    }

    /// As a header's parameters.
    pub fn params(&self) -> [u64; PARAMS] {
        let mut params = [0; PARAMS];
        let mut size = self.clone();
        for (to, from) in params.iter_mut().zip(size.fields()) {
            *to = *from;
        }
        params
    }

    fn of(header: &Header) -> Size {
        let mut size = Size::default();
        for (to, from) in size.fields().into_iter().zip(header.params) {
            *to = from;
        }
        size
    }
}

/// What the workers share.
pub struct Board {
    /// The flag, also the shared total.
    pub stop: Value<u64>,
    /// The next task that nobody has taken.
    pub next: RawValue<u64>,
    /// How far each worker is: its own cache line, eight words apart.
    pub progress: RawArray<u64>,
    /// What the finder saw in each round; see `fraud`.
    pub seen: RawArray<u64>,
    /// The tasks, to be read in place.
    pub tasks: RawArray<u64>,
    /// The tasks, to be handed out.
    pub queue: Queue<u64>,
    /// The same through a kernel pipe.
    pub pipe_queue: PipeQueue<u64>,
    /// Everybody meets here.
    pub gate: Barrier,
    /// One a worker, to the manager; none without one.
    pub connections: Vec<Connection>,
    /// The sizes.
    pub size: Size,
}

/// Room that a connection has in shared memory. Only stepped workers use it; free ones have sockets.
const STREAM_ROOM: usize = 64;
/// Room in the queue, and in the channel it is compared with.
pub const ROOM: usize = 1_024;

/// The tasks once more, to be read where they lie; published before the workers are forked.
static PUBLISHED: OnceLock<Slice<u64>> = OnceLock::new();

/// The published tasks.
pub fn published() -> &'static [u64] {
    PUBLISHED.get().expect("published before the workers are forked")
}

/// What one worker, by its number, does.
type Function = fn(&Board, u64);

/// Every function by its name. It prints its own sample.
const FUNCTIONS: &[(&str, Function)] = &[
    ("search-never", |b, me| search::run(b, me, |_| false)),
    ("search-raw", |b, me| search::run(b, me, |b| b.stop.raw().get() != 0)),
    ("search-locked", |b, me| search::run(b, me, |b| b.stop.get() != 0)),
    ("search-manager", |b, me| {
        let mut client = Client::of(b, me);
        search::run(b, me, |_| client.is_raised("stop"));
    }),
    ("fraud-raw", |b, me| fraud::run(b, me, |b| b.stop.raw().get(), |b, round| b.stop.raw().set(round))),
    ("fraud-locked", |b, me| fraud::run(b, me, |b| b.stop.get(), |b, round| b.stop.set(round))),
    ("serial", tasks::serial),
    ("shares", tasks::shares),
    ("queue", tasks::queue),
    ("pipe-queue", tasks::pipe_queue),
    ("index", tasks::index),
    ("slice", tasks::slice),
    ("shared-total", tasks::shared_total),
    ("quiet", tasks::quiet),
    ("meetings", tasks::meetings),
    ("raw-get", access::raw_get),
    ("raw-set", access::raw_set),
    ("fetch-add", access::fetch_add),
    ("value-get", access::value_get),
    ("value-add", access::value_add),
    ("array-get", access::array_get),
    ("slice-get", access::slice_get),
    ("pipe-item", access::pipe_item),
    ("queue-item", access::queue_item),
    ("queue-batch", access::queue_batch),
    ("barrier", access::barrier),
    ("manager", manager::serve),
    ("manager-get", access::manager_get),
    ("manager-set", access::manager_set),
    ("manager-append", access::manager_append),
    ("manager-value", access::manager_value),
];

/// The number of the function with this name.
pub fn find(name: &str) -> Option<u64> {
    FUNCTIONS.iter().position(|(n, _)| *n == name).map(|at| at as u64)
}

/// All experiments, as a lab.
pub struct Bench;

impl Lab for Bench {
    type Board = Board;
    const NUMBER: u64 = 0;

    fn layout(header: &Header) -> Layout {
        let size = Size::of(header);
        let (workers, rounds) = (size.workers as usize, size.rounds as usize);
        let mut layout = Layout::default();
        layout.value("stop");
        layout.add("next", Kind::Cell { init: 0 });
        layout.array::<u64>("progress", workers * 8);
        layout.array::<u64>("seen", (rounds + 1) * (workers + 2));
        layout.array::<u64>("tasks", size.tasks as usize);
        layout.queue::<u64>("queue", ROOM, workers);
        layout.pipe_queue("pipe_queue");
        layout.add("gate", Kind::Barrier { parties: workers });
        // The manager is the worker after the last.
        let clients = if size.manager == 1 { 0..workers } else { 0..0 };
        clients.for_each(|client| layout.connection(client, workers, [STREAM_ROOM; 2]));
        layout
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        Board {
            stop: Value::take(cursor),
            next: RawValue::take(cursor),
            progress: RawArray::take(cursor),
            seen: RawArray::take(cursor),
            tasks: RawArray::take(cursor),
            queue: Queue::take(cursor),
            pipe_queue: PipeQueue::take(cursor),
            gate: Barrier::take(cursor),
            connections: connections(cursor, &Size::of(header)),
            size: Size::of(header),
        }
    }

    fn publish(&self, header: &Header) -> std::io::Result<()> {
        let fill = |to: &mut [u64]| to.iter_mut().zip(0..).for_each(|(to, task)| *to = task);
        PUBLISHED.set(Slice::publish(Size::of(header).tasks as usize, fill)?).ok().expect("a crew starts once");
        Ok(())
    }

    fn run(&self, board: &Board, me: u32, role: &Role) {
        FUNCTIONS[role.function as usize].1(board, u64::from(me));
    }
}

/// This process's side of all connections: the manager's, or its own.
fn connections(cursor: &mut Cursor, size: &Size) -> Vec<Connection> {
    let serves = u64::from(shared::process::me()) == size.workers;
    let clients = if size.manager == 1 { size.workers } else { 0 };
    (0..clients).map(|_| Connection::take(cursor, serves)).collect()
}

/// Prints one sample. One write: lines of several workers never mix.
pub fn print(numbers: &[(&str, u64)]) {
    let words: Vec<String> = numbers.iter().map(|(key, number)| format!("{key}={number}")).collect();
    let line = words.join(" ") + "\n";
    std::io::stdout().write_all(line.as_bytes()).expect("the runner reads what we print");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_survive_the_header() {
        let size = Size::parse(&["workers=3", "tasks=9", "every=18446744073709551615"]).expect("a size");
        let again = Size::of(&Header { params: size.params(), ..Header::default() });
        assert_eq!((again.workers, again.items, again.tasks, again.every), (3, 1, 9, u64::MAX));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (word, why) in [
            ("workers", "is not KEY=NUMBER"),
            ("people=3", "no key `people`"),
            ("items=many", "`many` is no number"),
            ("workers=0", "1 to 16 are possible"),
            ("workers=17", "1 to 16 are possible"),
            ("batch=0", "must be at least 1"),
            ("manager=2", "1 with a manager, 0 without"),
        ] {
            let said = Size::parse(&[word]).expect_err(word);
            assert!(said.contains(why), "{word}: {said}");
        }
    }
}
