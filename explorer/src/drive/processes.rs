//! Real processes: the lab's binary as a zygote, its workers as children of this process, each held by its baton.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use shared::baton::{Action, EXIT_SECOND_THREAD, EXIT_UNSTOPPABLE, Op, PAGE_BYTES, Page, state};
use shared::endpoint::ring;
use shared::header::{HEADER_BYTES, Header};
use shared::launch::hand_over;
use shared::process::{COMMONS_BYTES, count_end, finish_life, forget_life};
use shared::region::{Kind, Layout, MAX_WORKERS, Region};
use shared::robust::OWNER_DIED;
use shared::sys;

use super::ahead::{Ahead, Foresight};
use super::machine::{Broken, Machine, Stop};
use super::step::{Choice, is_local};
use super::watch::{Watch, process_runs};

/// How often a waiting grader looks at a worker that says nothing. It decides nothing by itself.
const LOOK: Duration = Duration::from_millis(200);
const PAYLOAD_BYTES: usize = 1 << 20;

/// A zygote and its workers.
pub struct Processes {
    zygote: Child,
    header: Region,
    payload: Region,
    control: Region,
    batons: Vec<Region>,
    pids: Vec<Option<u32>>,
    ahead: Vec<Ahead>,
    foresight: Foresight,
    scenario: Header,
    layout: Layout,
    /// Workers forked so far: how often rewinding was not enough.
    pub forks: u64,
    /// Turns given to workers so far: each is two switches of processes.
    pub turns: u64,
    /// Fork every worker anew for every execution (for comparison in benchmarks).
    pub always_fork: bool,
}

impl Processes {
    /// Starts the lab's binary as a zygote for a scenario.
    ///
    /// # Errors
    /// When memory files, the binary or its first words are not to be had.
    pub fn launch(binary: &Path, scenario: &Header, layout: &Layout) -> Result<Processes> {
        let (header_file, header) =
            Region::create("lab-header", HEADER_BYTES).context("shared memory for the header")?;
        sys::seal_against_writers(&header_file).context("sealing the header")?;
        let (payload_file, payload) =
            Region::create("lab-payload", PAYLOAD_BYTES).context("shared memory for the lab")?;
        let (control_file, control) = Region::create("lab-control", PAGE_BYTES).context("shared memory for control")?;
        let mut files = vec![header_file, payload_file, control_file];
        let mut batons = Vec::new();
        for _ in 0..MAX_WORKERS {
            let (file, region) = Region::create("lab-baton", PAGE_BYTES).context("shared memory for a baton")?;
            files.push(file);
            batons.push(region);
        }
        let scenario = Header { grader: u64::from(std::process::id()), ..scenario.clone() };
        scenario.write(&header);
        let zygote = spawn(binary, "__zygote", &files)?;
        let pids = vec![None; MAX_WORKERS];
        let layout = layout.clone();
        let mut new = Processes {
            zygote,
            header,
            payload,
            control,
            batons,
            pids,
            ahead: (0..MAX_WORKERS).map(|_| Ahead::default()).collect(),
            foresight: Foresight::default(),
            scenario,
            layout,
            forks: 0,
            turns: 0,
            always_fork: false,
        };
        new.await_zygote(state::UNBORN)?;
        Ok(new)
    }

    /// Takes another scenario of the same lab from the next execution on.
    pub fn load(&mut self, scenario: &Header, layout: &Layout) {
        self.scenario = Header { grader: u64::from(std::process::id()), ..scenario.clone() };
        self.scenario.write(&self.header);
        self.layout = layout.clone();
        self.batons.iter().for_each(|baton| Page::of(baton).ahead.forget());
    }

    /// Waits until the zygote is ready for an order. It runs no code of the student, so only a broken machine makes it fail.
    fn await_zygote(&mut self, busy: u32) -> Result<()> {
        let page = Page::of(&self.control);
        loop {
            match page.wait_while(busy, Some(LOOK)) {
                state::TOP => return Ok(()),
                now if now & OWNER_DIED != 0 => bail!("the lab's zygote died: {:?}", self.zygote.wait()?),
                _ => {
                    if let Some(status) = self.zygote.try_wait()? {
                        bail!("the lab's program ended before it was ready: {status}");
                    }
                }
            }
        }
    }

    fn fork(&mut self, slot: usize) -> Result<()> {
        let page = Page::of(&self.batons[slot]);
        page.baton.word.store(state::UNBORN, Relaxed);
        let order = Page::of(&self.control);
        order.args[0].store(slot as u64, Relaxed);
        let zygote = self.zygote.id();
        order.hand_over(zygote);
        self.await_zygote(zygote)?;
        let pid = Page::of(&self.control).result.load(Relaxed) as u32;
        if pid == 0 {
            bail!("a worker could not be started: {}", Page::of(&self.control).read_text());
        }
        self.pids[slot] = Some(pid);
        self.forks += 1;
        match self.wait(slot, state::UNBORN) {
            state::TOP => Ok(()),
            _ => bail!("a worker ended before it was ready: {:?}", self.reap(slot)),
        }
    }

    /// Waits until the baton no longer is `state`; gives `state` when the worker will never change it: it ended (nobody
    /// marks a parked word) or hangs, for example in a destructor.
    fn wait(&self, slot: usize, state: u32) -> u32 {
        let pid = self.pids[slot].unwrap_or(0);
        let page = Page::of(&self.batons[slot]);
        let mut watch = Watch::default();
        loop {
            let now = page.wait_while(state, Some(LOOK));
            if now != state || !process_runs(pid) || watch.look(pid).is_some() {
                return now;
            }
        }
    }

    /// Collects a worker that has ended or is about to.
    fn reap(&mut self, slot: usize) -> Broken {
        let Some(pid) = self.pids[slot].take() else { return Broken::Exited(-1) };
        let mut status = 0;
        // SAFETY: `status` is a live integer; the process is our child (it was forked as the zygote's sibling).
        unsafe { libc::waitpid(pid as i32, &mut status, 0) };
        if libc::WIFSIGNALED(status) {
            return Broken::Signal(libc::WTERMSIG(status));
        }
        match libc::WEXITSTATUS(status) {
            EXIT_SECOND_THREAD => Broken::SecondThread,
            EXIT_UNSTOPPABLE => Broken::Unstoppable,
            code => Broken::Exited(code),
        }
    }

    fn destroy(&mut self, slot: usize) {
        if let Some(pid) = self.pids[slot] {
            sys::kill_process(pid);
            self.reap(slot);
            count_end(&self.payload);
        }
    }

    /// Brings a worker to the top: rewound if it can be, forked anew if it must be.
    fn park(&mut self, slot: usize) -> Result<()> {
        if self.pids[slot].is_some() {
            let page = Page::of(&self.batons[slot]);
            let at = page.baton.word.load(Relaxed) & !shared::robust::WAITERS;
            let parked = match at {
                state::ANNOUNCED => {
                    page.hand_over(state::ABORT);
                    self.wait(slot, state::ABORT)
                }
                other => other,
            };
            let top = matches!(parked, state::TOP | state::DONE | state::PANICKED);
            if top && page.dirty.load(Relaxed) == 0 && !self.always_fork {
                return Ok(());
            }
            self.destroy(slot);
        }
        self.fork(slot)
    }

    /// Whether there is a crew: a supervisor gives orders, and the end of a worker is a step.
    fn is_supervised(&self) -> bool {
        self.layout.objects.iter().any(|object| object.kind == Kind::Crew)
    }

    /// Gives the worker its turn, with all that it may do ahead.
    fn turn(&mut self, slot: usize) {
        self.turns += 1;
        let page = Page::of(&self.batons[slot]);
        let (sure, goes_on) = self.foresight.steps(slot);
        page.ahead.grant(sure, goes_on);
        let stop = self.run_to_stop(slot);
        let page = Page::of(&self.batons[slot]);
        let done: Option<VecDeque<(Op, u64)>> = (0..page.ahead.lines()).map(|at| page.ahead.line(at)).collect();
        match done {
            Some(done) => self.ahead[slot].stopped(done, stop),
            None => {
                let why = "an action that was done ahead does not exist".to_owned();
                self.ahead[slot].stopped(VecDeque::new(), Stop::Broken(Broken::Tampered(why)));
            }
        }
    }

    /// A scheduler that did not do what it foresaw: the others have done what they should not have.
    fn nobody_else_is_ahead(&self, worker: usize) -> Result<()> {
        let other = (0..self.scenario.roles.len()).find(|w| *w != worker && self.ahead[*w].is_ahead());
        match other {
            Some(other) => bail!("worker {} is ahead of its schedule", other + 1),
            None => Ok(()),
        }
    }

    fn run_to_stop(&mut self, slot: usize) -> Stop {
        let pid = self.pids[slot].expect("a living worker");
        let page = Page::of(&self.batons[slot]);
        page.hand_over(pid);
        let mut watch = Watch::default();
        loop {
            match page.wait_while(pid, Some(LOOK)) {
                now if now == pid => {
                    // A worker may have made the kernel forget to mark its word. It changes it no more once it has ended.
                    let ended = !process_runs(pid);
                    if ended && page.wait_while(state::UNBORN, Some(Duration::ZERO)) == pid {
                        return Stop::Broken(self.reap(slot));
                    }
                    if let Some(broken) = watch.look(pid) {
                        self.destroy(slot);
                        return Stop::Broken(broken);
                    }
                }
                state::ANNOUNCED => return announced(page),
                state::DONE => {
                    // Where it is no step of its own, others may look for it before its steps are taken.
                    if !self.is_supervised() {
                        finish_life(&self.payload, slot);
                    }
                    return Stop::Finished;
                }
                state::PANICKED => return Stop::Panicked(page.read_text()),
                _ => {
                    sys::kill_process(pid);
                    return Stop::Broken(self.reap(slot));
                }
            }
        }
    }
}

/// Reads an announcement, each field once.
fn announced(page: &Page) -> Stop {
    let action = page.action.load(Relaxed);
    match Action::from_number(action) {
        Some(action) => Stop::Announced(Op {
            action,
            object: page.object.load(Relaxed),
            a: page.args[0].load(Relaxed),
            b: page.args[1].load(Relaxed),
        }),
        None => Stop::Broken(Broken::Tampered(format!("action {action} does not exist"))),
    }
}

impl Machine for Processes {
    fn start(&mut self, choices: Option<Vec<(Choice, Op)>>) -> Result<Vec<Stop>> {
        let workers = self.scenario.roles.len();
        for slot in 0..workers {
            self.park(slot)?;
            self.ahead[slot] = Ahead::default();
        }
        // A supervisor's orders, and ends that are steps, are no choices between the workers' own operations: step by step then.
        let supervised = self.is_supervised();
        self.foresight = choices.filter(|_| !supervised).map_or_else(Foresight::default, Foresight::new);
        // Nobody may look dead to a worker that is ahead of the others' start.
        (0..workers).for_each(|worker| forget_life(&self.payload, worker));
        self.payload.clear(COMMONS_BYTES, self.layout.bytes() - COMMONS_BYTES);
        for object in &self.layout.objects {
            if let Kind::Cell { init } = object.kind {
                self.payload.word(object.offset).store(init, Relaxed);
            }
        }
        let start = |slot| {
            self.turn(slot);
            self.ahead[slot].next_stop()
        };
        Ok((0..workers).map(start).collect())
    }

    fn grant(&mut self, worker: usize, answer: u64) -> Result<(u64, Stop)> {
        let op = self.ahead[worker].announced().context("only a worker that announced is granted")?;
        if !is_local(op.action) {
            self.nobody_else_is_ahead(worker)?;
            self.foresight.granted(worker);
        }
        let result = match self.ahead[worker].take_result() {
            Some(result) => result,
            None => {
                let page = Page::of(&self.batons[worker]);
                page.answer.store(answer, Relaxed);
                if op.action == Action::Compute {
                    page.ahead.remember(op, answer);
                }
                self.turn(worker);
                Page::of(&self.batons[worker]).result.load(Relaxed)
            }
        };
        Ok((result, self.ahead[worker].next_stop()))
    }

    fn kill(&mut self, worker: usize) -> Result<()> {
        self.nobody_else_is_ahead(usize::MAX)?;
        self.foresight.killed();
        self.destroy(worker);
        Ok(())
    }

    fn end(&mut self, worker: usize) {
        finish_life(&self.payload, worker);
    }

    fn respawn(&mut self, worker: usize) -> Result<Stop> {
        ring::sever(&self.payload, &self.layout, worker);
        self.fork(worker)?;
        self.ahead[worker] = Ahead::default();
        self.turn(worker);
        Ok(self.ahead[worker].next_stop())
    }

    fn is_ahead(&self) -> bool {
        self.ahead[..self.scenario.roles.len()].iter().any(Ahead::is_ahead)
    }

    fn text(&self, worker: usize) -> String {
        Page::of(&self.batons[worker]).read_text()
    }

    fn data(&self, worker: usize) -> Vec<u64> {
        Page::of(&self.batons[worker]).read_data()
    }

    fn bytes(&self, worker: usize) -> Vec<u8> {
        Page::of(&self.batons[worker]).read_bytes()
    }

    fn memory(&self, offset: usize) -> Option<u64> {
        Some(self.payload.word(offset).load(Relaxed))
    }

    fn owner_id(&self, worker: usize) -> u64 {
        u64::from(self.pids[worker].unwrap_or(0))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for slot in 0..self.pids.len() {
            self.destroy(slot);
        }
        // Our own child, by its handle: it cannot be somebody else's process.
        let _ = self.zygote.kill();
        let _ = self.zygote.wait();
    }
}

/// Program and arguments that put a fence around themselves and then become the program named last.
static FENCE: OnceLock<Vec<OsString>> = OnceLock::new();

/// Starts every lab's binary through a fence from now on. Only for the process that judges inside a jail.
pub fn fence(words: Vec<OsString>) {
    let _ = FENCE.set(words);
}

/// Starts the lab's binary with memory files as descriptors 3, 4, 5 …, silent and with an empty environment.
///
/// # Errors
/// When the binary cannot be started.
pub fn spawn(binary: &Path, role: &str, files: &[OwnedFd]) -> Result<Child> {
    let fence = FENCE.get().map_or(&[][..], Vec::as_slice);
    let mut command = Command::new(fence.first().map_or(binary.as_os_str(), OsString::as_os_str));
    if let Some((_, rest)) = fence.split_first() {
        command.args(rest).arg(binary);
    }
    hand_over(&mut command, role, files);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("starting {}", binary.display()))
}
