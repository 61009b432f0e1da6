//! Free workers: a crew process forks them, opens the gate for all at once, and waits for every one of them.

use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

use super::commons::{GATE, LIFE, LIFE_BYTES, TIMES, TIMES_BYTES};
use super::life::FINISHED;
use super::reports::leave_panic_text;
use super::team::Team;
use super::{AnyLab, ME, PAYLOAD, TID, map, payload, send_panics};
use crate::baton;
use crate::crew::Orders;
use crate::endpoint;
use crate::header::Header;
use crate::region::{Kind, Region};
use crate::robust::{self, RobustWord};
use crate::sys::{self, Fork};

/// Exit code of a free worker whose function panicked.
pub const EXIT_PANICKED: i32 = 101;

/// Runs all workers at once, free, and waits for every one of them.
pub(super) fn run(lab: &dyn AnyLab, header: RawFd, payload_fd: RawFd, trace: Option<RawFd>) -> ExitCode {
    let scenario = Header::read(map(header, true));
    sys::die_with_parent(scenario.grader as u32);
    PAYLOAD.store(std::ptr::from_ref(map(payload_fd, false)).cast_mut(), Relaxed);
    let trace = trace.map(|fd| map(fd, false));
    let mut pids = Vec::new();
    let crew = sys::gettid();
    if let Err(error) = lab.publish(&scenario) {
        eprintln!("publishing: {error}");
        return ExitCode::from(4);
    }
    let mut sockets = match endpoint::socket::pairs(&lab.layout(&scenario)) {
        Ok(pairs) => pairs,
        Err(error) => {
            eprintln!("sockets: {error}");
            return ExitCode::from(4);
        }
    };
    for slot in 0..scenario.roles.len() {
        // SAFETY: the crew process is single-threaded.
        match unsafe { sys::fork_child() } {
            Ok(Fork::Child) => {
                endpoint::socket::keep_own(std::mem::take(&mut sockets), slot);
                free_worker(lab, slot, crew, &scenario, trace)
            }
            Ok(Fork::Parent(pid)) => {
                payload().word(TIMES + slot * TIMES_BYTES + 24).store(u64::from(pid), Relaxed);
                pids.push(pid);
            }
            Err(error) => {
                eprintln!("fork: {error}");
                return ExitCode::from(4);
            }
        }
    }
    // A socket that the crew held too would stay open when its worker is killed. A pipe outlives each of its users, and is
    // there for a worker that is started anew.
    let mut pipes = endpoint::socket::for_everybody(sockets);
    let gate = payload().half(GATE);
    let mut gone = 0;
    // Every worker has added one when it is ready; the crew then opens the gate. Acquire and release: partner in
    // `free_worker`. Whoever dies on its way to the gate is not waited for.
    let count = pids.len();
    let mut team = Team::of(pids);
    while (gate.load(Acquire) as usize) + gone < count {
        sys::futex_wait(gate, gate.load(Relaxed), Some(Duration::from_millis(1)));
        while let Ok(Some(ended)) = sys::wait_now() {
            team.reap(Some(ended));
            gone += 1;
        }
    }
    gate.store(OPEN, Release);
    sys::futex_wake(gate, i32::MAX);
    let layout = lab.layout(&scenario);
    let orders = layout.objects.iter().find(|o| o.kind == Kind::Crew).map(|o| Orders::at(payload(), o.offset));
    match orders {
        None => while team.reap(sys::wait_any()) {},
        Some(orders) => team.serve(orders, &mut |slot| {
            let mut ends = std::mem::take(&mut pipes);
            match endpoint::socket::with_nobody(&layout) {
                Ok(connections) => ends.extend(connections),
                Err(error) => {
                    eprintln!("sockets: {error}");
                    sys::exit_now(4);
                }
            }
            endpoint::socket::keep_own(ends, slot);
            free_worker(lab, slot, crew, &scenario, trace)
        }),
    }
    ExitCode::SUCCESS
}

/// The gate's word when the workers may start: above any count of workers.
const OPEN: u32 = 1 << 16;

fn free_worker(lab: &dyn AnyLab, slot: usize, crew: u32, scenario: &Header, trace: Option<&'static Region>) -> ! {
    sys::die_with_parent(crew);
    let tid = sys::gettid();
    ME.store(slot as u32, Relaxed);
    TID.store(tid, Relaxed);
    send_panics(leave_panic_text);
    robust::register();
    let life = RobustWord::at(payload(), LIFE + slot * LIFE_BYTES);
    robust::own(life, tid);
    let gate = payload().half(GATE);
    // AcqRel and acquire: partner of the release store in `run`.
    gate.fetch_add(1, AcqRel);
    sys::futex_wake(gate, i32::MAX);
    loop {
        let now = gate.load(Acquire);
        if now >= OPEN {
            break;
        }
        sys::futex_wait(gate, now, None);
    }
    if let Some(trace) = trace {
        crate::trace::attach(trace);
        baton::set_mode(baton::TRACED);
    }
    let times = TIMES + slot * TIMES_BYTES;
    payload().word(times).store(sys::monotonic_ns(), Relaxed);
    let outcome = catch_unwind(AssertUnwindSafe(|| lab.one_role(slot, scenario)));
    payload().word(times + 8).store(sys::monotonic_ns(), Relaxed);
    robust::clear();
    life.word.store(FINISHED, Release);
    sys::futex_wake(&life.word, i32::MAX);
    sys::exit_now(if outcome.is_ok() { 0 } else { EXIT_PANICKED });
}
