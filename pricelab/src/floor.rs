//! The floor: what the machine itself asks for, with no toolkit in between.

use std::hint::{black_box, spin_loop};
use std::io::{Error, Result};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

use shared::region::Region;
use shared::sys;

use crate::span::Span;
use crate::team::{self, Place};

/// Round trips of a sample: sleeping ones take microseconds, spinning ones a tenth of one.
const SLEEPING: u64 = 1_500;
const SPINNING: u64 = 20_000;
/// Bytes of a message.
const MESSAGE: usize = 8;

/// A plain load of shared memory.
pub fn load(workers: usize) -> Result<()> {
    team::processes(workers, |_, region| {
        let word = region.word(0).as_ptr();
        Span::for_a_while(4_096, || {
            // SAFETY: in bounds and aligned; nobody writes it.
            black_box(unsafe { word.read_volatile() });
        })
    })
}

/// An atomic addition to one word.
pub fn fetch_add(workers: usize) -> Result<()> {
    team::processes(workers, |_, region| {
        let word = region.word(0);
        Span::for_a_while(1_024, || {
            word.fetch_add(1, AcqRel);
        })
    })
}

/// A system call that does nothing.
pub fn syscall(workers: usize) -> Result<()> {
    team::processes(workers, |_, _| {
        Span::for_a_while(256, || {
            // SAFETY: asks for a number.
            black_box(unsafe { libc::syscall(libc::SYS_getppid) });
        })
    })
}

/// One cache line goes to the other processor and comes back.
pub fn line() -> Result<()> {
    team::processes(2, |me, region| {
        team::pin(if me == 0 { Place::First } else { Place::Last });
        line_trips(me, region.half(0), SPINNING)
    })
}

fn line_trips(me: usize, word: &AtomicU32, trips: u64) -> Span {
    let span = Span::of(trips, |trip| {
        let mine = (trip as u32).wrapping_mul(2).wrapping_add(me as u32);
        // Acquire and release: the other side's store and load of the same word.
        while word.load(Acquire) != mine {
            spin_loop();
        }
        word.store(mine.wrapping_add(1), Release);
    });
    if me == 0 { span } else { span.uncounted() }
}

/// Where the other side of a sleeping round trip runs.
fn place(me: usize, across: bool) {
    team::pin(if me == 1 && across { Place::Last } else { Place::First });
}

/// Sleep and wake-up by futex, there and back.
pub fn futex(across: bool) -> Result<()> {
    team::processes(2, |me, region| {
        place(me, across);
        let (ours, theirs) = (region.half(64 * me), region.half(64 * (1 - me)));
        let tell = |trip: u64| {
            // Release: partner of the acquire in `hear`.
            theirs.store(trip as u32 + 1, Release);
            sys::futex_wake(theirs, 1);
        };
        let hear = |trip: u64| {
            while ours.load(Acquire) == trip as u32 {
                sys::futex_wait(ours, trip as u32, None);
            }
        };
        if me == 0 {
            return Span::of(SLEEPING, |trip| {
                tell(trip);
                hear(trip);
            });
        }
        let answers = Span::of(SLEEPING, |trip| {
            hear(trip);
            tell(trip);
        });
        answers.uncounted()
    })
}

/// A message through a pipe and one back through another.
pub fn pipe(across: bool) -> Result<()> {
    let (there, back) = (new_pipe()?, new_pipe()?);
    team::processes(2, |me, _| {
        place(me, across);
        if me == 0 { ask(there[1], back[0]) } else { answer(there[0], back[1]) }
    })
}

/// A message through a stream socket and one back.
pub fn socket(across: bool) -> Result<()> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for two descriptors.
    if unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, ends.as_mut_ptr()) } != 0 {
        return Err(Error::last_os_error());
    }
    team::processes(2, |me, _| {
        place(me, across);
        if me == 0 { ask(ends[0], ends[0]) } else { answer(ends[1], ends[1]) }
    })
}

fn new_pipe() -> Result<[i32; 2]> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for two descriptors.
    if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 { Err(Error::last_os_error()) } else { Ok(ends) }
}

fn ask(to: i32, from: i32) -> Span {
    let mut message = [7u8; MESSAGE];
    Span::of(SLEEPING, |_| {
        transfer(to, &mut message, true);
        transfer(from, &mut message, false);
    })
}

fn answer(from: i32, to: i32) -> Span {
    let mut message = [0u8; MESSAGE];
    let answers = Span::of(SLEEPING, |_| {
        transfer(from, &mut message, false);
        transfer(to, &mut message, true);
    });
    answers.uncounted()
}

/// Writes or reads a message, which is small enough to go in one piece.
fn transfer(fd: i32, message: &mut [u8; MESSAGE], write: bool) {
    let start = message.as_mut_ptr().cast();
    // SAFETY: the buffer is live and as long as said.
    let moved = unsafe { if write { libc::write(fd, start, MESSAGE) } else { libc::read(fd, start, MESSAGE) } };
    assert_eq!(moved, MESSAGE as isize, "a message of {MESSAGE} bytes: {}", Error::last_os_error());
}

/// Trips of one burst of the probe, and bursts: the shortest counts, because nothing but the distance is asked for.
const BURST: u64 = 100;
const BURSTS: u64 = 20;

/// How far apart the two processors are just now: the shortest round trip of a cache line, in nanoseconds.
pub fn probe() -> Result<()> {
    let (_file, region) = Region::create("probe", 4096)?;
    let word = region.half(0);
    let mut best = u64::MAX;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            team::pin(Place::Last);
            line_trips(1, word, BURST * BURSTS);
        });
        team::pin(Place::First);
        for burst in 0..BURSTS {
            let started = sys::monotonic_ns();
            for trip in burst * BURST..(burst + 1) * BURST {
                let mine = (trip as u32) * 2;
                // Acquire and release: the other thread's store and load of the same word.
                while word.load(Acquire) != mine {
                    spin_loop();
                }
                word.store(mine + 1, Release);
            }
            best = best.min((sys::monotonic_ns() - started) / BURST);
        }
    });
    println!("probe {best}");
    Ok(())
}
