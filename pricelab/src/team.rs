//! Processes and threads that begin together, for what is measured without the toolkit.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

use shared::region::Region;
use shared::sys::{self, Fork};

use crate::span::Span;

/// Bytes of shared memory that a team has for its own use.
pub const BYTES: usize = 64 * 1024;
/// The gate lies behind them.
const GATE: usize = BYTES;
/// The gate's word when everybody may begin: above any count.
const OPEN: u32 = 1 << 16;

/// Forks so many workers, lets them begin together, prints what each did, and waits for all.
///
/// # Errors
/// When memory or processes are short.
pub fn processes(count: usize, work: impl Fn(usize, &Region) -> Span) -> std::io::Result<()> {
    let (_file, region) = Region::create("team", BYTES + 4096)?;
    let parent = sys::gettid();
    for me in 0..count {
        // SAFETY: this process has no other thread.
        if let Fork::Child = unsafe { sys::fork_child()? } {
            sys::die_with_parent(parent);
            come(region.half(GATE), count as u32);
            work(me, &region).print();
            sys::exit_now(0);
        }
    }
    while sys::wait_any().is_some() {}
    Ok(())
}

/// Starts so many threads together and prints what each did.
pub fn threads(count: usize, work: impl Fn(usize) -> Span + Sync) {
    let gate = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for me in 0..count {
            let (gate, work) = (&gate, &work);
            scope.spawn(move || {
                come(gate, count as u32);
                work(me).print();
            });
        }
    });
}

/// The last to come opens the gate for all.
fn come(gate: &AtomicU32, count: u32) {
    // AcqRel and release: partners of the acquire below and of each other.
    if gate.fetch_add(1, AcqRel) + 1 == count {
        gate.store(OPEN, Release);
        sys::futex_wake(gate, i32::MAX);
    }
    loop {
        let now = gate.load(Acquire);
        if now == OPEN {
            return;
        }
        sys::futex_wait(gate, now, None);
    }
}

/// Keeps this thread on the first processor that it may use, or on the last.
pub fn pin(place: Place) {
    // SAFETY: a set of plain bits, filled and read by the calls; its size is passed. A refusal leaves things as they are.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set);
        let mut usable = (0..libc::CPU_SETSIZE as usize).filter(|cpu| libc::CPU_ISSET(*cpu, &set));
        let chosen = if place == Place::First { usable.next() } else { usable.next_back() };
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(chosen.unwrap_or(0), &mut one);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &one);
    }
}

/// Where a worker of a round trip runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the first usable processor.
    First,
    /// On the last one: another, where there are two.
    Last,
}
