//! The processes of a lab: one binary, several roles.
//!
//! `cargo xtask` starts the lab's binary with descriptors of its memory. As a **zygote** it forks stepped workers on
//! demand and does nothing else; it must stay small and single-threaded, because fork copies what it has touched. As a
//! **crew** it forks free workers, opens the gate for all at once, and waits for every one of them.

use std::os::fd::{BorrowedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};
use std::time::Duration;

use crate::baton::{self, Aborted, Action, NO_OBJECT, Op, PAGE_BYTES, Page, state};
use crate::crew::{Order, Orders};
use crate::endpoint;
use crate::header::{HEADER_BYTES, Header, Role};
use crate::region::{Cursor, Kind, Layout, MAX_WORKERS, Region};
use crate::robust::{self, OWNER, OWNER_DIED, RobustWord};
use crate::statics::Statics;
use crate::sys::{self, Fork};

/// A lab, as its given `main.rs` hands it to the toolkit: the student's functions, and how to call them.
pub trait Lab {
    /// What the functions work on.
    type Board;
    /// The lab's number.
    const NUMBER: u64;
    /// The object table for these parameters.
    fn layout(header: &Header) -> Layout;
    /// The board over the payload.
    fn board(cursor: &mut Cursor, header: &Header) -> Self::Board;
    /// In the process that forks free workers, before it does: what is [published](crate::slice) here all of them inherit.
    ///
    /// # Errors
    /// When memory or descriptors are short.
    fn publish(&self, _header: &Header) -> std::io::Result<()> {
        Ok(())
    }
    /// Calls the function that `role` names and reports what it returned.
    fn run(&self, board: &Self::Board, me: u32, role: &Role);
}

/// Bytes at the start of the payload that every lab has: who lives, who reported what, when.
pub const COMMONS_BYTES: usize = PANICS + MAX_WORKERS * PANIC_BYTES;
const LIFE: usize = 0;
const LIFE_BYTES: usize = 64;
const TIMES: usize = LIFE + MAX_WORKERS * LIFE_BYTES;
const TIMES_BYTES: usize = 64;
const GATE: usize = TIMES + MAX_WORKERS * TIMES_BYTES;
const ENDS: usize = GATE + 64;
const REPORTS: usize = ENDS + 64;
const REPORT_BYTES: usize = 1024;
const REPORT_PAIRS: usize = (REPORT_BYTES - 8) / 16;
const PANICS: usize = REPORTS + MAX_WORKERS * REPORT_BYTES;
const PANIC_BYTES: usize = 512;

/// Exit code of a free worker whose function panicked.
pub const EXIT_PANICKED: i32 = 101;

/// A life word of a worker that finished: not dead, but not coming back either.
const FINISHED: u32 = 0x3fff_ffff;

static ME: AtomicU32 = AtomicU32::new(0);
static TID: AtomicU32 = AtomicU32::new(0);
static PAYLOAD: AtomicPtr<Region> = AtomicPtr::new(std::ptr::null_mut());

/// This worker's number, from 0.
#[inline]
pub fn me() -> u32 {
    ME.load(Relaxed)
}

/// This process's thread id, known without a system call.
#[inline]
pub(crate) fn tid() -> u32 {
    TID.load(Relaxed)
}

#[inline]
fn payload() -> &'static Region {
    // SAFETY: set to a leaked region before any worker code runs.
    unsafe { PAYLOAD.load(Relaxed).as_ref() }.expect("the payload is mapped before workers run")
}

/// Makes a worker that has not begun count as neither dead nor finished, whatever became of its last execution.
pub fn forget_life(payload: &Region, worker: usize) {
    payload.half(LIFE + worker * LIFE_BYTES).store(0, Relaxed);
}

/// Which of the workers `0..parties` are dead: a bit each.
pub(crate) fn dead_among(parties: usize) -> u32 {
    let dead = |w: &usize| crate::words::owner_died(payload().half(LIFE + w * LIFE_BYTES));
    (0..parties).filter(dead).fold(0, |bits, w| bits | 1 << w)
}

/// Counts every end of a worker, so that whoever uses a queue notices when it should look for what the dead left behind.
#[inline]
pub(crate) fn ends() -> &'static AtomicU64 {
    payload().word(ENDS)
}

/// Counts a worker's end. Its words must be marked by then: it has been reaped, or it has marked them itself.
pub fn count_end(payload: &Region) {
    // Release: partner of the acquire in `words::queue`, which then sees the life word as it is now.
    payload.word(ENDS).fetch_add(1, Release);
}

/// Whether worker `w` is still the process with this thread id; one that has finished counts as alive, as its memory does.
pub(crate) fn is_alive(w: usize, tid: u32) -> bool {
    // Acquire: partner of the kernel's mark.
    let life = payload().half(LIFE + w * LIFE_BYTES).load(Acquire) & (OWNER | OWNER_DIED);
    life == tid || life == FINISHED
}

/// Whether a worker has ended or died: nothing will come from it any more.
pub(crate) fn gone(worker: usize) -> bool {
    // Acquire: partner of the release when a worker finishes, and of the kernel's mark for a dead one.
    let life = payload().half(LIFE + worker * LIFE_BYTES).load(Acquire);
    life == FINISHED || life & OWNER_DIED != 0
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its function returned.
    Finished,
    /// It died before that.
    Died,
}

/// How process `w` ended; `None` while it has not.
pub(crate) fn fate(w: usize) -> Option<Fate> {
    // Acquire: partner of the release when a worker finishes, and of the kernel's mark.
    let life = payload().half(LIFE + w * LIFE_BYTES).load(Acquire);
    match () {
        () if life & OWNER_DIED != 0 => Some(Fate::Died),
        () if life == FINISHED => Some(Fate::Finished),
        () => None,
    }
}

/// Tells the grader something under a tag. Given code uses it for what a student's function returned.
pub(crate) fn report(tag: u64, value: u64) {
    let op = Op { action: Action::Report, object: NO_OBJECT, a: tag, b: value };
    if baton::mode() == baton::STEPPED {
        baton::pass(op, &mut || 0);
        return;
    }
    let base = REPORTS + me() as usize * REPORT_BYTES;
    let count = payload().word(base).load(Relaxed) as usize;
    if count < REPORT_PAIRS {
        payload().word(base + 8 + count * 16).store(tag, Relaxed);
        payload().word(base + 16 + count * 16).store(value, Relaxed);
        // Release: partner of the acquire in `reports`.
        payload().word(base).store(count as u64 + 1, Release);
    }
}

/// What a free worker reported, as (tag, value) pairs.
pub fn reports(payload: &Region, worker: usize) -> Vec<(u64, u64)> {
    let base = REPORTS + worker * REPORT_BYTES;
    let count = (payload.word(base).load(Acquire) as usize).min(REPORT_PAIRS);
    let word = |at: usize| payload.word(base + 8 + at * 8).load(Relaxed);
    (0..count).map(|i| (word(i * 2), word(i * 2 + 1))).collect()
}

/// When a free worker began and ended its role, monotonic nanoseconds; 0 when it never did.
pub fn times(payload: &Region, worker: usize) -> (u64, u64) {
    let base = TIMES + worker * TIMES_BYTES;
    (payload.word(base).load(Relaxed), payload.word(base + 8).load(Relaxed))
}

/// How a free worker ended: its raw wait status, or `None` while it has not.
pub fn wait_status(payload: &Region, worker: usize) -> Option<i32> {
    match payload.word(TIMES + worker * TIMES_BYTES + 16).load(Acquire) {
        0 => None,
        status => Some((status - 1) as i32),
    }
}

/// What a free worker said when it panicked, with its place in the source; cut to some hundred bytes, empty when it did not.
pub fn panic_text(payload: &Region, worker: usize) -> String {
    let base = PANICS + worker * PANIC_BYTES;
    // Acquire: partner of the release in `leave_panic_text`.
    let len = (payload.word(base).load(Acquire) as usize).min(PANIC_BYTES - 8);
    let words = (0..len.div_ceil(8)).map(|at| payload.word(base + 8 + at * 8).load(Relaxed));
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).take(len).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn leave_panic_text(text: &str) {
    let base = PANICS + me() as usize * PANIC_BYTES;
    let bytes = &text.as_bytes()[..text.len().min(PANIC_BYTES - 8)];
    for (at, chunk) in bytes.chunks(8).enumerate() {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        payload().word(base + 8 + at * 8).store(u64::from_le_bytes(word), Relaxed);
    }
    // Release: partner of the acquire in `panic_text`.
    payload().word(base).store(bytes.len() as u64, Release);
}

/// The process id of a free worker, as its crew wrote it down; 0 before it was forked. The id is the worker's own until its
/// [`wait_status`] is known.
pub fn pid(payload: &Region, worker: usize) -> u32 {
    payload.word(TIMES + worker * TIMES_BYTES + 24).load(Relaxed) as u32
}

/// How long [`await_exit`] sleeps at most, should nobody be left to wake it.
const AWAIT_EXIT_LOOK: Duration = Duration::from_millis(100);

/// Waits until the workers in the bit set have finished or died. Only for given code that looks at what is left.
pub fn await_exit(workers: u64) {
    let op = Op { action: Action::AwaitExit, object: NO_OBJECT, a: workers, b: 0 };
    baton::pass(op, &mut || {
        for worker in (0..MAX_WORKERS).filter(|w| workers >> w & 1 == 1) {
            let life = payload().half(LIFE + worker * LIFE_BYTES);
            // Acquire: partner of the release when a worker finishes.
            // Whoever ends wakes us, or the kernel does; a waiter that looked all the time would seem busy to a watcher.
            loop {
                let now = life.load(Acquire);
                if now == FINISHED || now & OWNER_DIED != 0 {
                    break;
                }
                sys::futex_wait(life, now, Some(AWAIT_EXIT_LOOK));
            }
        }
        0
    });
}

/// The `main` of every lab.
pub fn main<L: Lab>(lab: &L) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<RawFd>> = args.iter().skip(1).map(|a| a.parse().ok()).collect();
    match (args.first().map(String::as_str), numbers.as_deref()) {
        (Some("__zygote"), Some([header, payload, control, batons @ ..])) if !batons.is_empty() => {
            zygote(lab, *header, *payload, *control, batons)
        }
        (Some("__crew"), Some([header, payload, trace @ ..])) => crew(lab, *header, *payload, trace.first().copied()),
        _ => {
            let n = L::NUMBER;
            eprintln!(
                "This is a lab's program. Run it with `cargo xtask run lab{n}`, check it with `cargo xtask check lab{n}`."
            );
            ExitCode::from(2)
        }
    }
}

fn borrow(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: the runner passes open descriptors by number; they are closed only after everything is mapped.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

fn map(fd: RawFd, read_only: bool) -> &'static Region {
    let len = std::fs::File::from(borrow(fd).try_clone_to_owned().expect("an open descriptor"))
        .metadata()
        .map_or(0, |m| m.len() as usize);
    let map = if read_only { Region::map_read_only } else { Region::map };
    Box::leak(Box::new(map(&borrow(fd), len).expect("the runner's memory can be mapped")))
}

/// Forks a worker whenever the grader asks. Takes orders only through a page that no worker has.
fn zygote<L: Lab>(lab: &L, header: RawFd, payload: RawFd, control: RawFd, batons: &[RawFd]) -> ExitCode {
    let header = map(header, true);
    assert!(header.len() >= HEADER_BYTES);
    sys::die_with_parent(Header::read(header).grader as u32);
    PAYLOAD.store(std::ptr::from_ref(map(payload, false)).cast_mut(), Relaxed);
    let control_region = map(control, false);
    sys::dont_inherit(control_region.start(), control_region.len());
    let control = Page::of(control_region);
    robust::register();
    // The grader's orders carry this id as the baton of a worker would, so the zygote's death is noticed as well.
    let tid = sys::gettid();
    control.result.store(u64::from(tid), Relaxed);
    robust::push(&control.baton);
    control.hand_over(state::TOP);
    while control.wait_while(state::TOP, None) == tid {
        let slot = control.args[0].load(Relaxed) as usize;
        // SAFETY: the zygote is single-threaded.
        match unsafe { sys::fork_as_sibling() } {
            Ok(Fork::Child) => stepped_worker(lab, slot, batons[slot], header),
            Ok(Fork::Parent(pid)) => control.result.store(u64::from(pid), Relaxed),
            Err(error) => {
                control.write_text(&format!("fork: {error}"));
                control.result.store(0, Relaxed);
            }
        }
        control.hand_over(state::TOP);
    }
    ExitCode::SUCCESS
}

/// One stepped worker: runs its role again and again, each time from the initial state, until it is killed.
fn stepped_worker<L: Lab>(lab: &L, slot: usize, baton_fd: RawFd, header: &'static Region) -> ! {
    // A sibling of the zygote: its parent is the grader.
    sys::die_with_parent(Header::read(header).grader as u32);
    let baton_region: &'static Region =
        Box::leak(Box::new(Region::map(&borrow(baton_fd), PAGE_BYTES).expect("the baton can be mapped")));
    sys::close_from(3);
    let page = Page::of(baton_region);
    let tid = sys::gettid();
    ME.store(slot as u32, Relaxed);
    TID.store(tid, Relaxed);
    baton::attach(page, tid);
    send_panics(|text| baton::page().write_text(text));
    robust::register();
    robust::push(&page.baton);
    let life = RobustWord::at(payload(), LIFE + slot * LIFE_BYTES);
    let mut statics = Statics::snapshot();
    let mut parked = state::TOP;
    page.hand_over(parked);
    loop {
        if page.wait_while(parked, None) != tid {
            sys::exit_now(1);
        }
        let scenario = Header::read(header);
        sys::hermetic::restart(scenario.seed, slot as u32);
        robust::own(life, tid);
        baton::set_mode(baton::STEPPED);
        let outcome = catch_unwind(AssertUnwindSafe(|| one_role(lab, slot, &scenario)));
        baton::set_mode(baton::FREE);
        robust::clear();
        robust::push(&page.baton);
        parked = match outcome {
            Ok(()) => state::DONE,
            Err(cause) if cause.is::<Aborted>() => state::TOP,
            Err(_) => state::PANICKED,
        };
        life.word.store(FINISHED, Release);
        sys::hermetic::rest();
        crate::ahead::rest();
        page.dirty.store(u32::from(statics.changed()), Relaxed);
        page.hand_over(parked);
    }
}

fn one_role<L: Lab>(lab: &L, slot: usize, scenario: &Header) {
    let layout = L::layout(scenario);
    let board = L::board(&mut Cursor::new(payload(), &layout), scenario);
    lab.run(&board, slot as u32, &scenario.roles[slot]);
}

/// A panic is a verdict, not a message on a terminal: it goes to the grader with its place, without a backtrace.
fn send_panics(send: fn(&str)) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or(String::new(), |l| format!("{}:{}: ", l.file(), l.line()));
        let text = info.payload().downcast_ref::<&str>().copied();
        let text = text.or_else(|| info.payload().downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic");
        send(&format!("{place}{text}"));
    }));
}

/// Runs all workers at once, free, and waits for every one of them.
fn crew<L: Lab>(lab: &L, header: RawFd, payload_fd: RawFd, trace: Option<RawFd>) -> ExitCode {
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
    let mut sockets = match endpoint::socket::pairs(&L::layout(&scenario)) {
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
    let mut team = Team { pids, killed: 0 };
    while (gate.load(Acquire) as usize) + gone < team.pids.len() {
        sys::futex_wait(gate, gate.load(Relaxed), Some(std::time::Duration::from_millis(1)));
        while let Ok(Some(ended)) = sys::wait_now() {
            team.reap(Some(ended));
            gone += 1;
        }
    }
    gate.store(OPEN, Release);
    sys::futex_wake(gate, i32::MAX);
    let layout = L::layout(&scenario);
    let orders = layout.objects.iter().find(|o| o.kind == Kind::Crew).map(|o| Orders::at(payload(), o.offset));
    match orders {
        None => while team.reap(sys::wait_any()) {},
        Some(orders) => team.serve(orders, &mut |slot| {
            endpoint::socket::keep_own(std::mem::take(&mut pipes), slot);
            free_worker(lab, slot, crew, &scenario, trace)
        }),
    }
    ExitCode::SUCCESS
}

/// The workers of a free run, as the process sees them that has forked them.
struct Team {
    pids: Vec<u32>,
    /// Bit set of those that a supervisor had killed.
    killed: u64,
}

impl Team {
    /// Notes that a worker has ended; false when there was none left to wait for.
    fn reap(&mut self, ended: Option<(u32, i32)>) -> bool {
        let Some((pid, status)) = ended else { return false };
        let slot = self.pids.iter().position(|p| *p == pid);
        if let Some(slot) = slot {
            let life = payload().half(LIFE + slot * LIFE_BYTES);
            // The kernel marks the dead as dead, but not one that died before it had begun.
            if life.load(Acquire) != FINISHED {
                // Release: whoever sees the mark sees what the dead one did.
                life.fetch_or(OWNER_DIED, Release);
                sys::futex_wake(life, i32::MAX);
            }
        }
        count_end(payload());
        if let Some(slot) = slot {
            let status = if self.killed >> slot & 1 == 1 { 0 } else { status };
            // Plus one: zero means that the worker has not ended.
            payload().word(TIMES + slot * TIMES_BYTES + 16).store(status as u64 + 1, Release);
        }
        true
    }

    /// Reaps, and carries out a supervisor's orders, until every worker has ended. `work` is what a fresh worker does.
    fn serve(&mut self, orders: &Orders, work: &mut dyn FnMut(usize)) {
        loop {
            match sys::wait_now() {
                Ok(None) => orders.wait_for_order(ORDERS_EVERY),
                Ok(ended) => {
                    self.reap(ended);
                    orders.ring();
                }
                Err(_) => return,
            }
            match orders.taken() {
                Some((Order::Kill, slot)) if slot < self.pids.len() && fate(slot).is_none() => {
                    self.killed |= 1 << slot;
                    sys::kill_process(self.pids[slot]);
                    self.reap_this(slot);
                    orders.done(true);
                }
                Some((Order::Respawn, slot)) if slot < self.pids.len() && fate(slot) == Some(Fate::Died) => {
                    self.reap_this(slot);
                    orders.done(self.respawn(slot, work));
                }
                Some(_) => orders.done(false),
                None => {}
            }
        }
    }

    /// Waits for the end of a worker that is dead or about to be.
    fn reap_this(&mut self, slot: usize) {
        while wait_status(payload(), slot).is_none() && self.reap(sys::wait_any()) {}
    }

    /// Forks a fresh worker into a slot whose last one has been reaped.
    fn respawn(&mut self, slot: usize, work: &mut dyn FnMut(usize)) -> bool {
        let life = payload().half(LIFE + slot * LIFE_BYTES);
        let dead = life.load(Relaxed);
        // SAFETY: the crew process is single-threaded.
        let pid = match unsafe { sys::fork_child() } {
            Ok(Fork::Child) => {
                work(slot);
                sys::exit_now(1)
            }
            Ok(Fork::Parent(pid)) => pid,
            Err(_) => return false,
        };
        self.pids[slot] = pid;
        self.killed &= !(1 << slot);
        payload().word(TIMES + slot * TIMES_BYTES + 16).store(0, Release);
        payload().word(TIMES + slot * TIMES_BYTES + 24).store(u64::from(pid), Relaxed);
        // The worker writes the same, unless it has done so already and perhaps even ended.
        let _ = life.compare_exchange(dead, pid | robust::WAITERS, Release, Relaxed);
        true
    }
}

/// How often the crew's process looks whether a worker has ended while it waits for orders.
const ORDERS_EVERY: Duration = Duration::from_millis(1);

/// The gate's word when the workers may start: above any count of workers.
const OPEN: u32 = 1 << 16;

fn free_worker<L: Lab>(lab: &L, slot: usize, crew: u32, scenario: &Header, trace: Option<&'static Region>) -> ! {
    sys::die_with_parent(crew);
    let tid = sys::gettid();
    ME.store(slot as u32, Relaxed);
    TID.store(tid, Relaxed);
    send_panics(leave_panic_text);
    robust::register();
    let life = RobustWord::at(payload(), LIFE + slot * LIFE_BYTES);
    robust::own(life, tid);
    let gate = payload().half(GATE);
    // AcqRel and acquire: partner of the release store in `crew`.
    gate.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
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
    let outcome = catch_unwind(AssertUnwindSafe(|| one_role(lab, slot, scenario)));
    payload().word(times + 8).store(sys::monotonic_ns(), Relaxed);
    robust::clear();
    life.word.store(FINISHED, Release);
    sys::futex_wake(&life.word, i32::MAX);
    sys::exit_now(if outcome.is_ok() { 0 } else { EXIT_PANICKED });
}
