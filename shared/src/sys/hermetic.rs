//! The three windows through which a program sees the outside world by accident: random bytes, the clock, sleep.
//!
//! A stepped run must be the same today and tomorrow, so the lab binary brings its own `getrandom`, `clock_gettime`,
//! `nanosleep` and `clock_nanosleep`. Stepped, they answer from the schedule: random bytes come from the scenario's seed
//! (so a `HashMap` iterates in the same order in every replay), the clock is the number of the worker's own steps, and a
//! sleep is a step. Free, they pass the call on. The linker prefers a program's own definition to the C library's.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static STREAM: AtomicU64 = AtomicU64::new(0);
static CLOCK_NS: AtomicU64 = AtomicU64::new(0);

/// Starts the random stream and the clock afresh; called at the start of every stepped execution.
pub fn restart(seed: u64, worker: u32) {
    STREAM.store(mix(seed ^ (u64::from(worker) << 32) ^ 0x5eed), Relaxed);
    CLOCK_NS.store(1_000_000_000, Relaxed);
}

/// Puts both back to where they are in a process that never ran: a kept worker compares its statics with that state.
pub fn rest() {
    STREAM.store(0, Relaxed);
    CLOCK_NS.store(0, Relaxed);
}

/// Moves the stepped clock on; every step takes a microsecond of it.
pub fn advance(ns: u64) {
    CLOCK_NS.fetch_add(ns, Relaxed);
}

/// This worker's clock, monotonic nanoseconds: stepped, that of the schedule. Looking takes no time.
pub fn now_ns() -> u64 {
    if stepped() { CLOCK_NS.load(Relaxed) } else { super::monotonic_ns() }
}

/// SplitMix64's output function (Steele, Lea and Flood 2014): a bijection that scatters neighbouring numbers.
#[inline]
pub const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn stepped() -> bool {
    crate::baton::mode() == crate::baton::STEPPED
}

/// The clock itself, by system call: never the interposed function below.
pub fn real_clock(clock: libc::clockid_t) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    real::clock_gettime(clock, &mut now);
    now
}

#[cfg(target_os = "linux")]
mod real {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    type ClockGettime = unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> libc::c_int;
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    /// The C library's fast clock, found once behind our own definition.
    pub fn clock_gettime(clock: libc::clockid_t, now: &mut libc::timespec) -> libc::c_int {
        let mut next = NEXT.load(Relaxed);
        if next == 0 {
            // SAFETY: a constant C string; RTLD_NEXT looks behind this binary.
            next = unsafe { libc::dlsym(libc::RTLD_NEXT, c"clock_gettime".as_ptr()) } as usize;
            NEXT.store(next, Relaxed);
        }
        if next == 0 {
            // SAFETY: `now` is a live timespec. A static link has no "next": ask the kernel.
            return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, now as *mut libc::timespec) as libc::c_int };
        }
        // SAFETY: the address is the C library's `clock_gettime`, which has exactly this signature.
        unsafe { std::mem::transmute::<usize, ClockGettime>(next)(clock, now) }
    }
}

#[cfg(target_os = "macos")]
mod real {
    pub fn clock_gettime(clock: libc::clockid_t, now: &mut libc::timespec) -> libc::c_int {
        // SAFETY: `now` is a live timespec.
        unsafe { libc::clock_gettime(clock, now) }
    }
}

#[cfg(target_os = "linux")]
mod interposed {
    use super::*;

    /// # Safety
    /// As getrandom(2): `buffer` must be writable for `len` bytes.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn getrandom(buffer: *mut u8, len: usize, flags: libc::c_uint) -> isize {
        if !stepped() {
            // SAFETY: the arguments are passed on as they came.
            return unsafe { libc::syscall(libc::SYS_getrandom, buffer, len, flags) as isize };
        }
        for i in 0..len {
            let byte = mix(STREAM.fetch_add(1, Relaxed)) as u8;
            // SAFETY: the caller owns `len` bytes from `buffer` on.
            unsafe { buffer.add(i).write(byte) };
        }
        len as isize
    }

    /// # Safety
    /// As clock_gettime(2): `now` must be writable.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, now: *mut libc::timespec) -> libc::c_int {
        // SAFETY: the caller passes a writable timespec, as for the C library's function.
        let now = unsafe { &mut *now };
        if !stepped() {
            return real::clock_gettime(clock, now);
        }
        let ns = CLOCK_NS.fetch_add(100, Relaxed);
        *now = libc::timespec { tv_sec: (ns / 1_000_000_000) as i64, tv_nsec: (ns % 1_000_000_000) as i64 };
        0
    }

    /// # Safety
    /// As nanosleep(2).
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn nanosleep(time: *const libc::timespec, left: *mut libc::timespec) -> libc::c_int {
        // SAFETY: the arguments are passed on as they came.
        match unsafe { clock_nanosleep(libc::CLOCK_MONOTONIC, 0, time, left) } {
            0 => 0,
            code => {
                // SAFETY: the thread's own errno.
                unsafe { *libc::__errno_location() = code };
                -1
            }
        }
    }

    /// # Safety
    /// As clock_nanosleep(2).
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn clock_nanosleep(
        clock: libc::clockid_t,
        flags: libc::c_int,
        time: *const libc::timespec,
        left: *mut libc::timespec,
    ) -> libc::c_int {
        if !stepped() {
            // SAFETY: the arguments are passed on as they came. The raw call returns -1 and errno, this one the code.
            let done = unsafe { libc::syscall(libc::SYS_clock_nanosleep, clock, flags, time, left) };
            // SAFETY: the thread's own errno.
            return if done == 0 { 0 } else { unsafe { *libc::__errno_location() } };
        }
        // SAFETY: the caller passes a readable timespec.
        let time = unsafe { &*time };
        let asked = (time.tv_sec as u64).saturating_mul(1_000_000_000).saturating_add(time.tv_nsec as u64);
        let until = if flags & libc::TIMER_ABSTIME != 0 { asked } else { CLOCK_NS.load(Relaxed).saturating_add(asked) };
        crate::baton::sleep(until.saturating_sub(CLOCK_NS.load(Relaxed)));
        CLOCK_NS.fetch_max(until, Relaxed);
        0
    }
}
