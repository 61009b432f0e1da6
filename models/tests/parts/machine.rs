//! The modelled machine: processes that may be killed before any of their steps, and the part of the kernel that puts
//! them to sleep, wakes them and buries them.
//!
//! A model checker runs all threads of a test in one real thread and switches only inside its own operations. So what
//! stands between two of those is atomic, and plain `RefCell`s serve for the kernel's own state.
//!
//! The kernel must not order more memory than a real one promises to, or it would hide a missing ordering. So it reads
//! words relaxed and, under loom, takes no lock.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::engine::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{self, *},
};
use crate::engine::{self, thread};
use crate::sync;
use crate::words::{OWNER, OWNER_DIED, WAITERS};

/// A place in the sources.
pub type Place = &'static Location<'static>;

/// What is broken on purpose, to prove that the claims can fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The acquire half of the ordering at one place of the sources is missing.
    NoAcquire(Place),
    /// The release half of the ordering at one place of the sources is missing.
    NoRelease(Place),
    /// A compare-exchange is a load and a store, with a gap between them.
    Torn,
    /// The same, but only of the one that completes a meeting.
    TornCompletion,
    /// The same, but only of the one by which somebody who is about to sleep at a queue says so.
    TornAnnouncement,
    /// Who takes a free word does not keep the bit that says that others sleep.
    ForgetSleepers,
    /// The sleepers' bit is not seen when the word is swapped, so nobody is woken.
    WakeNobody,
    /// Nobody is woken who sleeps on one of a queue's words.
    WakeNobodyOfTheQueue,
    /// The kernel puts a process to sleep without comparing the word.
    SleepBlindly,
    /// The kernel frees the words of the dead without marking them.
    NoMark,
    /// The kernel does nothing for the dead.
    NoFuneral,
    /// No time limit ever runs out.
    NoTime,
}

/// What an execution shares.
#[derive(Default)]
struct World {
    processes: Vec<Process>,
    sleepers: Vec<Sleeper>,
    shared: Option<Arc<Shared>>,
    marked: u32,
    /// Counts the dead, as the crew does that reaps them.
    ends: Option<Arc<AtomicU64>>,
}

/// The part of the kernel that is made of the checker's own things.
struct Shared {
    /// How many processes have been killed: with the first one, time begins to pass.
    clock: AtomicU32,
    /// Between comparing a word and going to sleep on it nobody is woken.
    bucket: engine::Bucket,
}

#[derive(Default)]
struct Process {
    /// Counts its steps: the one with the number [`KILL_AT`] is never made.
    doomed: bool,
    steps: u32,
    buried: bool,
    /// Whether a time limit of its has run out.
    overslept: bool,
    last_exchange: Option<(u64, u64)>,
    /// The robust list and the word in the making.
    held: Vec<Arc<AtomicU32>>,
    pending: Option<Arc<AtomicU32>>,
}

struct Sleeper {
    process: usize,
    key: usize,
    timed: bool,
    /// Goes on by itself when the word has changed.
    naps: bool,
    thread: thread::Thread,
}

struct Killed;

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
    static FAULT: Cell<Fault> = const { Cell::new(Fault::None) };
    static KILL_AT: Cell<u32> = const { Cell::new(u32::MAX) };
    static KILLED: Cell<bool> = const { Cell::new(false) };
    static PLACES: RefCell<Vec<(Place, Ordering)>> = const { RefCell::new(Vec::new()) };
}

engine::thread_local! {
    static ME: Cell<usize> = Cell::new(usize::MAX);
}

fn me() -> usize {
    ME.with(Cell::get)
}

fn world<T>(look: impl FnOnce(&mut World) -> T) -> T {
    WORLD.with(|world| look(&mut world.borrow_mut()))
}

fn mine<T>(look: impl FnOnce(&mut Process) -> T) -> T {
    world(|world| look(&mut world.processes[me()]))
}

fn shared() -> Arc<Shared> {
    world(|world| world.shared.clone()).expect("set by `run`")
}

/// The thread id of a modelled process.
pub fn tid(process: usize) -> u32 {
    process as u32 + 1
}

/// What is broken on purpose in this test.
pub fn fault() -> Fault {
    FAULT.get()
}

/// Breaks something for the rest of this test.
pub fn inject(fault: Fault) {
    FAULT.set(fault);
}

/// Notes a place of the sources that orders memory; gives its ordering as the fault leaves it.
pub fn ordering(order: Ordering, place: Place) -> Ordering {
    if order != Relaxed {
        PLACES.with_borrow_mut(|places| {
            if !places.contains(&(place, order)) {
                places.push((place, order))
            }
        });
    }
    match (fault(), order) {
        (Fault::NoAcquire(at), AcqRel) if at == place => Release,
        (Fault::NoRelease(at), AcqRel) if at == place => Acquire,
        (Fault::NoAcquire(at), Acquire) | (Fault::NoRelease(at), Release) if at == place => Relaxed,
        _ => order,
    }
}

/// The places of the algorithms that ordered memory so far in this test, and how.
pub fn places() -> Vec<(Place, Ordering)> {
    PLACES.take()
}

/// A process is about to do something that others can see; here it may be killed.
pub fn step() {
    let now = me() != usize::MAX
        && mine(|p| {
            let last = p.doomed && p.steps == KILL_AT.get();
            p.steps += u32::from(p.doomed);
            last
        });
    if now {
        KILLED.set(true);
        resume_unwind(Box::new(Killed));
    }
}

/// From here on this process may be killed before any step …
pub fn doom() {
    mine(|p| p.doomed = true);
}

/// … and from here on no longer.
pub fn pardon() {
    mine(|p| p.doomed = false);
}

/// Whether a process was killed and the kernel is done with it: what `waitpid` tells.
pub fn buried(process: usize) -> bool {
    world(|world| world.processes[process].buried)
}

/// Notes that a compare-exchange of the process that runs succeeded.
pub fn exchanged(from: u64, to: u64) {
    mine(|p| p.last_exchange = Some((from, to)));
}

/// What the last successful compare-exchange of a process changed, from and to.
pub fn last_exchange(process: usize) -> Option<(u64, u64)> {
    world(|world| world.processes[process].last_exchange)
}

/// From here on deaths are counted in this word.
pub fn count_ends(word: &sync::AtomicU64) {
    world(|world| world.ends = Some(word.0.clone()));
}

/// In how many words the kernel marked the owner as dead.
pub fn marked() -> u32 {
    world(|world| world.marked)
}

/// The robust list of the process that runs: what was pending moves to the list, the new word is pending.
pub fn begin(word: &Arc<AtomicU32>) {
    step();
    let before = mine(|p| p.pending.clone()).filter(|before| !Arc::ptr_eq(before, word));
    if let Some(before) = before {
        mine(|p| p.held.push(before));
        step();
    }
    mine(|p| p.pending = Some(word.clone()));
}
/// See [`begin`]: the word is pending and not listed.
pub fn begin_release(word: &Arc<AtomicU32>) {
    step();
    if !mine(|p| p.pending.as_ref().is_some_and(|pending| Arc::ptr_eq(pending, word))) {
        begin(word);
        step();
        mine(|p| p.held.retain(|w| !Arc::ptr_eq(w, word)));
    }
}
/// See [`begin`].
pub fn push(word: &Arc<AtomicU32>) {
    step();
    mine(|p| p.held.push(word.clone()));
}
/// See [`begin`].
pub fn finish() {
    step();
    mine(|p| p.pending = None);
}

/// Checks a scenario: all its executions with at most `preemptions` (loom), or a sample of them (shuttle).
pub fn explore(preemptions: Option<usize>, scenario: impl Fn() + Send + Sync + 'static) {
    KILL_AT.set(u32::MAX);
    engine::explore(preemptions, Arc::new(scenario));
}

/// Checks a scenario once for each moment at which the doomed process can be killed; gives the number of moments.
pub fn explore_kills(preemptions: Option<usize>, scenario: impl Fn() + Send + Sync + 'static) -> u32 {
    let scenario = Arc::new(scenario);
    for moment in 0.. {
        KILL_AT.set(moment);
        KILLED.set(false);
        engine::explore(preemptions, scenario.clone());
        if !KILLED.get() {
            return moment;
        }
    }
    unreachable!()
}

/// Runs these processes side by side until all have ended.
pub fn run(processes: Vec<Box<dyn FnOnce() + Send>>) {
    world(|world| {
        let shared = Shared { clock: AtomicU32::new(0), bucket: engine::Bucket::default() };
        *world = World { shared: Some(Arc::new(shared)), ..World::default() };
        world.processes.resize_with(processes.len(), Process::default);
    });
    let spawn = |(number, body): (usize, Box<dyn FnOnce() + Send>)| {
        thread::spawn(move || {
            ME.with(|me| me.set(number));
            if let Err(cause) = catch_unwind(AssertUnwindSafe(body)) {
                bury(number, cause);
            }
        })
    };
    let threads: Vec<_> = processes.into_iter().enumerate().map(spawn).collect();
    for thread in threads {
        thread.join().expect("a process of the model");
    }
}

/// What the kernel does when a process has been killed (`exit_robust_list` and `handle_futex_death` in Linux).
fn bury(number: usize, cause: Box<dyn Any + Send>) {
    if !cause.is::<Killed>() {
        resume_unwind(cause);
    }
    let (held, pending) = mine(|p| {
        p.doomed = false;
        (std::mem::take(&mut p.held), p.pending.take())
    });
    if fault() == Fault::NoFuneral {
        return;
    }
    let is_pending = |word: &Arc<AtomicU32>| pending.as_ref().is_some_and(|p| Arc::ptr_eq(p, word));
    for word in held.iter().filter(|word| !is_pending(word)) {
        settle(word, tid(number), false);
    }
    if let Some(word) = &pending {
        settle(word, tid(number), true);
    }
    let ends = world(|world| {
        world.processes[number].buried = true;
        world.ends.clone()
    });
    if let Some(ends) = ends {
        ends.fetch_add(1, Release);
    }
    if fault() == Fault::NoTime {
        return;
    }
    // From now on time passes: whoever sleeps with a limit looks again.
    shared().clock.fetch_add(1, Release);
    wake_where(i32::MAX, |sleeper| sleeper.timed);
}

fn settle(word: &Arc<AtomicU32>, dead: u32, pending: bool) {
    let key = Arc::as_ptr(word) as usize;
    loop {
        let now = latest(word);
        if pending && now & OWNER == 0 {
            // It died between freeing the word and waking somebody, or between being woken and taking the word.
            wake_where(1, |sleeper| sleeper.key == key);
            return;
        }
        if now & OWNER != dead {
            return;
        }
        let mark = if fault() == Fault::NoMark { 0 } else { OWNER_DIED };
        // The kernel's exchange is a full barrier.
        if word.compare_exchange(now, now & WAITERS | mark, AcqRel, Relaxed).is_ok() {
            world(|world| world.marked += 1);
            changed(key);
            if now & WAITERS != 0 {
                latest(word);
                wake_where(1, |sleeper| sleeper.key == key);
            }
            return;
        }
    }
}

/// The newest value of a word, as the kernel reads it under the lock of its hash bucket: a failing compare-exchange, for
/// a load may return an older one. It orders nothing else.
fn latest(word: &AtomicU32) -> u32 {
    const NEVER: u32 = u32::MAX;
    word.compare_exchange(NEVER, NEVER, Relaxed, Relaxed).unwrap_or_else(|now| now)
}

/// `FUTEX_WAIT`: `look` gives the newest value of the word with this key. As long as nobody has died, a time limit never
/// runs out: nothing may depend on it. Afterwards it runs out again and again.
pub fn sleep(key: usize, look: impl Fn() -> u32, expected: u32, timed: bool) {
    step();
    let expects = || look() == expected || fault() == Fault::SleepBlindly;
    if !lie_down(Sleeper { process: me(), key, timed, naps: false, thread: thread::current() }, expects) {
        return;
    }
    if timed && shared().clock.fetch_add(0, Acquire) > 0 {
        world(|world| world.sleepers.retain(|sleeper| sleeper.process != me()));
        // From the second time on others go first, or the model would never end.
        if mine(|p| std::mem::replace(&mut p.overslept, true)) {
            thread::yield_now();
        }
        return;
    }
    lie();
}

/// A nap: lasts until the word is another one.
pub fn nap(key: usize, look: impl Fn() -> u32, expected: u32) {
    step();
    let napper = Sleeper { process: me(), key, timed: false, naps: true, thread: thread::current() };
    if lie_down(napper, || look() == expected) {
        lie();
    }
}

/// Adds a sleeper, if the word is what it expects; in one step.
fn lie_down(sleeper: Sleeper, expects: impl Fn() -> bool) -> bool {
    let shared = shared();
    let _locked = shared.bucket.lock();
    let lies = expects();
    if lies {
        world(|world| world.sleepers.push(sleeper));
    }
    lies
}

/// Sleeps until somebody took this process out of the sleepers.
fn lie() {
    while world(|world| world.sleepers.iter().any(|sleeper| sleeper.process == me())) {
        thread::park();
    }
}

/// The word with this key is another one: who naps until then goes on.
pub fn changed(key: usize) {
    wake_where(i32::MAX, |sleeper| sleeper.naps && sleeper.key == key);
}

/// `FUTEX_WAKE`: `look` reads the word, which orders this wake-up among the changes of the word.
pub fn wake(key: usize, look: impl Fn() -> u32, count: i32) -> i32 {
    step();
    look();
    wake_where(count, |sleeper| sleeper.key == key)
}

fn wake_where(count: i32, which: impl Fn(&Sleeper) -> bool) -> i32 {
    for woken in 0..count {
        let first = {
            let bucket = shared();
            let _locked = bucket.bucket.lock();
            world(|world| world.sleepers.iter().position(&which).map(|at| world.sleepers.remove(at)))
        };
        match first {
            Some(sleeper) => sleeper.thread.unpark(),
            None => return woken,
        }
    }
    count
}
