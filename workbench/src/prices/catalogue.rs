//! What is measured: one table. The measuring programs know their rows by `id`.

use serde::Serialize;

/// Who provides a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The machine and its kernel, with nothing in between.
    Floor,
    /// This project's toolkit, between processes.
    Toolkit,
    /// What others offer: pthread between processes, the standard library and crossbeam between threads.
    Peer,
    /// Python's multiprocessing.
    Python,
}

impl Family {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Family::Floor => "the machine",
            Family::Toolkit => "this toolkit, between processes",
            Family::Peer => "others, in Rust and C",
            Family::Python => "Python's multiprocessing",
        }
    }
}

/// One thing with a price.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name for the measuring programs.
    pub id: &'static str,
    /// Its name for people.
    pub words: &'static str,
    /// Who provides it.
    pub family: Family,
    /// With how many workers it is measured.
    pub workers: &'static [usize],
    /// The floor it stands on: its price is compared with that row's.
    pub floor: Option<&'static str>,
    /// What Python offers for the same purpose.
    pub python: Option<&'static str>,
}

const ALONE: &[usize] = &[1];
const PAIR: &[usize] = &[2];
const SCALED: &[usize] = &[1, 2, 4];
const MEETING: &[usize] = &[2, 4];
/// A server and one client, a server and three.
const SERVED: &[usize] = &[2, 4];
const CLIENTS: &[usize] = &[1, 4];

const fn floor(id: &'static str, words: &'static str, workers: &'static [usize]) -> Row {
    Row { id, words, family: Family::Floor, workers, floor: None, python: None }
}

/// A mechanism of the toolkit that workers use together.
const fn shared(
    id: &'static str,
    words: &'static str,
    workers: &'static [usize],
    floor: &'static str,
    python: Option<&'static str>,
) -> Row {
    Row { id, words, family: Family::Toolkit, workers, floor: Some(floor), python }
}

/// One that a single worker can use as well.
const fn ours(id: &'static str, words: &'static str, floor: &'static str, python: Option<&'static str>) -> Row {
    shared(id, words, SCALED, floor, python)
}

const fn peer(id: &'static str, words: &'static str, workers: &'static [usize], floor: &'static str) -> Row {
    Row { id, words, family: Family::Peer, workers, floor: Some(floor), python: None }
}

const fn python(id: &'static str, words: &'static str, workers: &'static [usize], floor: &'static str) -> Row {
    Row { id, words, family: Family::Python, workers, floor: Some(floor), python: None }
}

/// The price list's rows, in the order of the table.
pub const ROWS: &[Row] = &[
    floor("load", "plain load of shared memory", SCALED),
    floor("fetch-add", "atomic addition to one word", SCALED),
    floor("syscall", "system call that does nothing", ALONE),
    floor("line", "cache line there and back, spinning", PAIR),
    floor("futex-same", "futex round trip, one core", PAIR),
    floor("pipe-same", "pipe round trip, one core", PAIR),
    floor("socket-same", "socket round trip, one core", PAIR),
    floor("futex-across", "futex round trip, across cores", PAIR),
    floor("pipe-across", "pipe round trip, across cores", PAIR),
    floor("socket-across", "socket round trip, across cores", PAIR),
    ours("raw-get", "RawValue: get", "load", Some("py-raw-get")),
    ours("raw-set", "RawValue: set", "load", Some("py-raw-set")),
    ours("raw-fetch-add", "RawValue: fetch_add", "fetch-add", None),
    ours("value-get", "Value: get, under its lock", "fetch-add", Some("py-value-get")),
    ours("value-add", "Value: += 1 under its lock", "fetch-add", Some("py-value-add")),
    ours("lock", "Lock: lock, unlock", "fetch-add", Some("py-lock")),
    ours("array-get", "RawArray: get a word", "load", Some("py-array-get")),
    ours("array-set", "RawArray: set a word", "load", Some("py-array-set")),
    ours("array-record", "RawArray: get four words", "load", None),
    ours("slice-get", "Slice: read a word", "load", None),
    shared("barrier", "Barrier: one meeting of all", MEETING, "futex-across", Some("py-barrier")),
    shared("queue", "Queue: an item put and taken", MEETING, "line", Some("py-queue")),
    shared("queue-batch", "Queue: an item in batches of 32", MEETING, "line", Some("py-queue")),
    shared("pipe-queue", "PipeQueue: an item put and taken", MEETING, "pipe-across", Some("py-simple-queue")),
    shared("queue-trip-same", "Queue: there and back, one core", PAIR, "futex-same", None),
    shared("queue-trip-across", "Queue: there and back, across cores", PAIR, "futex-across", Some("py-queue-trip")),
    shared("manager-same", "Manager: get, one core", PAIR, "socket-same", None),
    shared("manager-across", "Manager: get, across cores", PAIR, "socket-across", None),
    shared("manager-clients", "Manager: get, a server and clients", SERVED, "socket-across", Some("py-manager-get")),
    peer("pthread", "pthread mutex, processes", SCALED, "fetch-add"),
    peer("pthread-robust", "pthread robust mutex, processes", SCALED, "fetch-add"),
    peer("std-mutex", "std Mutex, threads", SCALED, "fetch-add"),
    peer("std-channel", "std mpsc, an item, threads", PAIR, "line"),
    peer("crossbeam-channel", "crossbeam channel, an item, threads", MEETING, "line"),
    peer("array-queue", "crossbeam ArrayQueue, an item, threads", MEETING, "line"),
    python("py-raw-get", "Python RawValue: read .value", ALONE, "load"),
    python("py-raw-set", "Python RawValue: write .value", ALONE, "load"),
    python("py-value-get", "Python Value: read .value", CLIENTS, "load"),
    python("py-value-add", "Python Value: += 1 under its lock", SCALED, "fetch-add"),
    python("py-lock", "Python Lock: with lock", SCALED, "fetch-add"),
    python("py-array-get", "Python Array: read [i]", ALONE, "load"),
    python("py-array-set", "Python Array: write [i]", ALONE, "load"),
    python("py-barrier", "Python Barrier: one meeting of all", MEETING, "futex-across"),
    python("py-queue", "Python Queue: an item", MEETING, "pipe-across"),
    python("py-simple-queue", "Python SimpleQueue: an item", MEETING, "pipe-across"),
    python("py-queue-trip", "Python Queue: there and back", PAIR, "pipe-across"),
    python("py-simple-queue-trip", "Python SimpleQueue: there and back", PAIR, "pipe-across"),
    python("py-pipe-trip", "Python Pipe: there and back", PAIR, "socket-across"),
    python("py-manager-get", "Python Manager().dict: get", CLIENTS, "socket-across"),
    python("py-manager-set", "Python Manager().dict: set", CLIENTS, "socket-across"),
    python("py-manager-append", "Python Manager().list: append", ALONE, "socket-across"),
    python("py-manager-value", "Python Manager().Value: get", ALONE, "socket-across"),
];

/// The row with this id.
pub fn find(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.id == id)
}

/// The number of workers in `row` that `workers` of another row are compared with: the same, else its only or smallest.
pub fn counterpart(row: &Row, workers: usize) -> usize {
    if row.workers.contains(&workers) { workers } else { row.workers[0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_refer_to_rows() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..at].iter().all(|r| r.id != row.id), "{} twice", row.id);
            assert!(!row.workers.is_empty(), "{}", row.id);
            let family = |id| find(id).map(|r| r.family);
            assert!(row.floor.is_none_or(|id| family(id) == Some(Family::Floor)), "{}'s floor", row.id);
            assert!(row.python.is_none_or(|id| family(id) == Some(Family::Python)), "{}'s original", row.id);
            assert_eq!(row.floor.is_none(), row.family == Family::Floor, "{}", row.id);
        }
    }

    #[test]
    fn a_counterpart_has_the_same_workers_where_it_can() {
        let lock = find("lock").expect("a row");
        let clients = find("py-value-get").expect("a row");
        assert_eq!([counterpart(lock, 4), counterpart(clients, 2), counterpart(clients, 4)], [4, 1, 4]);
    }
}
