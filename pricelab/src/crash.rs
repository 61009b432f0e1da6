//! What happens to the others when one is killed: the victim gets into the middle of something and is killed there; the
//! other workers print when they were told, or went on.

use std::io::{Error, Result, Write};
use std::time::Duration;

use shared::endpoint::{CallError, Link, Reply};
use shared::launch::Running;
use shared::process;
use shared::region::Region;
use shared::sys::{self, monotonic_ns};

use crate::manager;
use crate::toolkit::{self, Board};

/// Added to a case's number: the role that plays it.
pub const FUNCTION: u64 = 1_000;
/// After the last worker has said that it is about to wait, this long until the kill: by then it waits.
const SETTLE: Duration = Duration::from_millis(50);
/// Item that goes through the queues.
const ITEM: u64 = 7;

/// One case: its name, how many workers, the part of each.
type Case = (&'static str, usize, fn(&Board, usize));

const CASES: &[Case] = &[
    ("idle-consumer", 2, |b, me| match me {
        0 => drop((ready(b), b.queue.get())),
        _ => {
            ready(b);
            await_kill(b);
            assert!(b.queue.put(ITEM).is_ok(), "nobody closes the queue");
            tell(b.queue.get() == Some(ITEM), "gets the next item");
        }
    }),
    ("lock-holder", 2, |b, me| match me {
        0 => hold(b, b.lock.lock()),
        _ => {
            follow(b);
            tell(b.lock.lock().recovered(), "takes the lock and is told");
        }
    }),
    ("value-holder", 2, |b, me| match me {
        0 => {
            let mut guard = b.value.lock();
            guard.set(ITEM);
            hold(b, guard);
        }
        _ => {
            follow(b);
            let guard = b.value.lock();
            tell(guard.recovered() && guard.get() == ITEM, "takes the value's lock and is told");
        }
    }),
    ("pool-worker", 2, |b, me| match me {
        0 => {
            assert!(b.queue.put(ITEM).is_ok(), "nobody closes the queue");
            hold(b, b.queue.lease(1));
        }
        _ => {
            follow(b);
            let lease = b.queue.lease(1);
            tell(lease.as_ref().is_some_and(|l| l.get(0) == ITEM), "gets the dead worker's task");
            lease.into_iter().for_each(|lease| lease.done());
        }
    }),
    ("barrier-party", 3, |b, me| match me {
        0 => hold(b, ()),
        _ => {
            ready(b);
            tell(b.gate.wait().lost == 1, "leaves the barrier and is told");
        }
    }),
    // Worker 0 serves, so here the victim is worker 1; it also says ready for the server, which cannot while it serves.
    ("manager-client", 3, |b, me| match me {
        0 => manager::serve(&b.connections),
        VICTIM => {
            let mut link = Link::new(b.connections[VICTIM - 1]);
            ready(b);
            ready(b);
            while manager::get(&mut link).is_ok() {}
        }
        _ => {
            let mut link = Link::new(b.connections[me - 1]);
            ready(b);
            await_kill(b);
            tell(manager::get(&mut link) == Ok(Reply::Number(1)), "is answered");
        }
    }),
    ("manager", 2, |b, me| match me {
        0 => {
            ready(b);
            manager::serve(&b.connections);
        }
        _ => {
            let mut link = Link::new(b.connections[me - 1]);
            ready(b);
            let end = loop {
                if let Err(error) = manager::get(&mut link) {
                    break error;
                }
            };
            tell(end == CallError::Gone, "is told that the manager is gone");
        }
    }),
];

/// The worker that is killed in a case: worker 0, but for the case of a manager's client.
const VICTIM: usize = 1;

fn victim(case: u64) -> usize {
    if CASES[case as usize].0 == "manager-client" { VICTIM } else { 0 }
}

/// The case with this name: its number and how many workers it has.
pub fn find(name: &str) -> Option<(u64, usize)> {
    CASES.iter().position(|(n, ..)| *n == name).map(|at| (at as u64, CASES[at].1))
}

/// A worker's part.
pub fn run(board: &Board, me: usize, case: u64) {
    CASES[case as usize].2(board, me);
}

/// This worker is where it should be, or is about to wait.
fn ready(b: &Board) {
    b.cell.fetch_add(1);
}

/// The victim keeps what it holds until it is killed.
fn hold<T>(b: &Board, _held: T) {
    ready(b);
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Waits until the victim has what it is to be killed with.
fn follow(b: &Board) {
    while b.cell.get_acquire() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    ready(b);
}

fn await_kill(b: &Board) {
    while b.go.get_acquire() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Prints when this worker went on; `right`: it has what it should have.
fn tell(right: bool, how: &str) {
    let word = if right { "told" } else { "wrong" };
    let line = format!("{word} {} {how}\n", monotonic_ns());
    std::io::stdout().write_all(line.as_bytes()).expect("the runner reads what we print");
}

/// Plays a case: starts its workers, kills the victim when everybody is where it should be, waits for the others.
///
/// # Errors
/// When memory or processes are short, or a survivor did not end well.
pub fn play(case: u64, workers: usize) -> Result<()> {
    let Running { mut crew, payload, .. } = toolkit::start(FUNCTION + case, workers)?;
    let [came, go] = toolkit::cells(workers).map(|offset| payload.word(offset));
    // Acquire and release: partners of the workers' operations on the same cells.
    while came.load(std::sync::atomic::Ordering::Acquire) < workers as u64 {
        if crew.try_wait()?.is_some() {
            return Err(Error::other("the crew ended before the kill"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(SETTLE);
    println!("killed {}", monotonic_ns());
    // A worker of our own crew, which has not been reaped: it waits for ever.
    sys::kill_process(process::pid(&payload, victim(case)));
    go.store(1, std::sync::atomic::Ordering::Release);
    crew.wait()?;
    survivors_ended_well(&payload, workers, victim(case))
}

fn survivors_ended_well(payload: &Region, workers: usize, victim: usize) -> Result<()> {
    match (0..workers).find(|w| *w != victim && process::wait_status(payload, *w) != Some(0)) {
        None => Ok(()),
        Some(worker) => Err(Error::other(format!("worker {} did not end well", worker + 1))),
    }
}
