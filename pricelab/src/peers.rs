//! What a single process has instead: threads with the standard library's and crossbeam's means, and pthread's mutex.

use std::hint::black_box;
use std::io::{Error, Result};
use std::mem::MaybeUninit;
use std::sync::Mutex;

use crossbeam::queue::ArrayQueue;
use crossbeam::utils::Backoff;

use crate::span::Span;
use crate::toolkit::{ITEMS, ROOM};
use crate::{team, waits};

/// Operations between two looks at the clock.
const BATCH: u64 = 256;

/// The standard library's mutex between threads.
pub fn std_mutex(workers: usize) {
    let mutex = Mutex::new(0u64);
    team::threads(workers, |_| Span::for_a_while(BATCH, || drop(black_box(mutex.lock().expect("nobody panics")))));
}

/// The same, with the wait of every single acquisition.
pub fn std_mutex_waits(workers: usize) {
    let mutex = Mutex::new(0u64);
    team::threads(workers, |_| waits::of(|| mutex.lock().expect("nobody panics")));
}

/// pthread's mutex between processes, robust like ours or not.
pub fn pthread_mutex(workers: usize, robust: bool) -> Result<()> {
    team::processes(workers, |_, region| {
        let mutex = Pthread::at(region, robust);
        Span::for_a_while(BATCH, || drop(mutex.lock()))
    })
}

/// The same, with the wait of every single acquisition.
pub fn pthread_mutex_waits(workers: usize) -> Result<()> {
    team::processes(workers, |_, region| {
        let mutex = Pthread::at(region, true);
        waits::of(|| mutex.lock())
    })
}

/// A pthread mutex in shared memory, made by whoever comes first.
struct Pthread(*mut libc::pthread_mutex_t);

struct Held<'m>(&'m Pthread);

impl Pthread {
    fn at(region: &shared::region::Region, robust: bool) -> Pthread {
        use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
        let mutex = Pthread(region.word(64).as_ptr().cast());
        let made = region.half(0);
        // AcqRel and release: partners of the acquire below.
        if made.compare_exchange(0, 1, AcqRel, Acquire).is_ok() {
            mutex.make(robust).expect("a mutex can be made");
            made.store(2, Release);
        }
        while made.load(Acquire) != 2 {
            std::thread::yield_now();
        }
        mutex
    }

    fn make(&self, robust: bool) -> Result<()> {
        let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the attributes are made before they are used; the mutex lies in 4 KiB of zeroed shared memory that
        // outlives it, and nobody uses it yet.
        let failed = unsafe {
            libc::pthread_mutexattr_init(attributes)
                | libc::pthread_mutexattr_setpshared(attributes, libc::PTHREAD_PROCESS_SHARED)
                | if robust { libc::pthread_mutexattr_setrobust(attributes, libc::PTHREAD_MUTEX_ROBUST) } else { 0 }
                | libc::pthread_mutex_init(self.0, attributes)
        };
        if failed == 0 { Ok(()) } else { Err(Error::from_raw_os_error(failed)) }
    }

    fn lock(&self) -> Held<'_> {
        // SAFETY: `at` waited until the mutex was made.
        let failed = unsafe { libc::pthread_mutex_lock(self.0) };
        assert_eq!(failed, 0, "nobody dies here");
        Held(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread holds the mutex.
        unsafe { libc::pthread_mutex_unlock(self.0.0) };
    }
}

/// The standard library's bounded channel, one thread to one.
pub fn std_channel() {
    let (sender, receiver) = std::sync::mpsc::sync_channel(ROOM);
    let receiver = Mutex::new(receiver);
    team::threads(2, |me| match me {
        0 => Span::of(ITEMS as u64, |n| sender.send(n).expect("the receiver waits")).uncounted(),
        _ => {
            let receiver = receiver.lock().expect("nobody panics");
            Span::of(ITEMS as u64, |_| {
                black_box(receiver.recv().expect("the sender is there"));
            })
        }
    });
}

/// crossbeam's bounded channel; half of the threads send.
pub fn crossbeam_channel(workers: usize) {
    let (sender, receiver) = crossbeam::channel::bounded(ROOM);
    through(workers, |n| sender.send(n).expect("receivers wait"), || receiver.recv().expect("senders are there"));
}

/// crossbeam's array queue, which never sleeps; half of the threads push.
pub fn array_queue(workers: usize) {
    let queue = ArrayQueue::new(ROOM);
    let push = |mut item: u64| {
        let backoff = Backoff::new();
        while let Err(back) = queue.push(item) {
            item = back;
            backoff.snooze();
        }
    };
    let pop = || {
        let backoff = Backoff::new();
        loop {
            match queue.pop() {
                Some(item) => return item,
                None => backoff.snooze(),
            }
        }
    };
    through(workers, push, pop);
}

/// Half of the workers put in what the others take out; an item counts once, when it is out.
fn through(workers: usize, put: impl Fn(u64) + Sync, get: impl Fn() -> u64 + Sync) {
    let pairs = workers as u64 / 2;
    team::threads(workers, |me| match me % 2 {
        0 => Span::of(ITEMS as u64 / pairs, &put).uncounted(),
        _ => Span::of(ITEMS as u64 / pairs, |_| {
            black_box(get());
        }),
    });
}
