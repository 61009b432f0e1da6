//! Ways to share out tasks among processes, from no talk at all to a talk a task.

use std::hint::black_box;

use shared::sys::hermetic::mix;
use shared::sys::monotonic_ns;

use crate::board::{Board, print, published};

/// One task: so many loops of work.
pub fn work(task: u64, loops: u64) -> u64 {
    let mut x = task | 1;
    for _ in 0..loops {
        x = black_box(mix(x));
    }
    x
}

/// Prints what a worker did. The sums of all ways must agree; 32 bits of them will do.
pub fn tell(start: u64, sum: u64) {
    print(&[("start", start), ("end", monotonic_ns()), ("sum", sum & 0xffff_ffff)]);
}

/// Lays out the tasks and waits until all are there.
fn begin(b: &Board, me: u64) -> u64 {
    if me == 0 {
        (0..b.size.tasks).for_each(|task| b.tasks.set(task as usize, task));
    }
    b.gate.wait();
    monotonic_ns()
}

/// Does the task in place `at`.
fn one(b: &Board, at: u64) -> u64 {
    work(b.tasks.get(at as usize), b.size.work)
}

/// Places of the tasks that are a worker's own share.
fn own(b: &Board, me: u64) -> impl Iterator<Item = u64> {
    (me..b.size.tasks).step_by(b.size.workers as usize)
}

/// The first worker does everything.
pub fn serial(b: &Board, me: u64) {
    let start = begin(b, me);
    if me == 0 {
        tell(start, (0..b.size.tasks).fold(0, |sum: u64, at| sum.wrapping_add(one(b, at))));
    }
}

/// Everyone does an own share; nobody talks.
pub fn shares(b: &Board, me: u64) {
    let start = begin(b, me);
    tell(start, own(b, me).fold(0, |sum: u64, at| sum.wrapping_add(one(b, at))));
}

/// The first worker puts all tasks into a queue, `batch` at once; everyone takes and acknowledges them, `batch` at once.
pub fn queue(b: &Board, me: u64) {
    let start = begin(b, me);
    if me == 0 {
        let tasks: Vec<u64> = (0..b.size.tasks).collect();
        let put = |batch: &[u64]| b.queue.put_all(batch).expect("it is closed only afterwards");
        tasks.chunks(b.size.batch as usize).for_each(put);
        b.queue.close();
    }
    let mut sum = 0u64;
    while let Some(lease) = b.queue.lease(b.size.batch as usize) {
        sum = lease.iter().fold(sum, |sum, task| sum.wrapping_add(work(task, b.size.work)));
        lease.done();
    }
    tell(start, sum);
}

/// Ends who gets it; no task has this number.
const PILL: u64 = u64::MAX;

/// The first worker puts all tasks into a pipe, one by one, and a pill for everyone; everyone gets them one by one.
pub fn pipe_queue(b: &Board, me: u64) {
    let start = begin(b, me);
    if me == 0 {
        let pills = (0..b.size.workers).map(|_| PILL);
        (0..b.size.tasks).chain(pills).for_each(|task| b.pipe_queue.put(task));
    }
    let got = std::iter::from_fn(|| Some(b.pipe_queue.get()).filter(|task| *task != PILL));
    tell(start, got.fold(0, |sum: u64, task| sum.wrapping_add(work(task, b.size.work))));
}

/// The tasks stay where they are, in an array; everyone takes the next `batch` places by a counter.
pub fn index(b: &Board, me: u64) {
    by_places(b, me, |at| one(b, at));
}

/// The same with published tasks.
pub fn slice(b: &Board, me: u64) {
    let tasks = published();
    by_places(b, me, |at| work(tasks[at as usize], b.size.work));
}

fn by_places(b: &Board, me: u64, one: impl Fn(u64) -> u64) {
    let start = begin(b, me);
    let mut sum = 0u64;
    loop {
        let first = b.next.fetch_add(b.size.batch);
        if first >= b.size.tasks {
            break;
        }
        let last = (first + b.size.batch).min(b.size.tasks);
        sum = (first..last).fold(sum, |sum, at| sum.wrapping_add(one(at)));
    }
    tell(start, sum);
}

/// An own share, but every result goes into one total under its lock.
pub fn shared_total(b: &Board, me: u64) {
    let start = begin(b, me);
    for at in own(b, me) {
        let result = one(b, at);
        let mut total = b.stop.lock();
        let seen = total.get();
        total.set(seen.wrapping_add(result));
    }
    b.gate.wait();
    tell(start, if me == 0 { b.stop.get() } else { 0 });
}

/// An own share, a raw look at a flag every `every` tasks, and one merge at the end.
pub fn quiet(b: &Board, me: u64) {
    let start = begin(b, me);
    let mut sum = 0u64;
    for (done, at) in (0u64..).zip(own(b, me)) {
        if done.is_multiple_of(b.size.every) && b.next.get() != 0 {
            break;
        }
        sum = sum.wrapping_add(one(b, at));
    }
    let mut total = b.stop.lock();
    let seen = total.get();
    total.set(seen.wrapping_add(sum));
    drop(total);
    b.gate.wait();
    tell(start, if me == 0 { b.stop.get() } else { 0 });
}

/// An own share, and everyone meets after each task.
pub fn meetings(b: &Board, me: u64) {
    let start = begin(b, me);
    let mut sum = 0u64;
    for meeting in 0..b.size.tasks.div_ceil(b.size.workers) {
        let at = meeting * b.size.workers + me;
        if at < b.size.tasks {
            sum = sum.wrapping_add(one(b, at));
        }
        b.gate.wait();
    }
    tell(start, sum);
}
