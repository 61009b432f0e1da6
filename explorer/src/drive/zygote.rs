//! The zygote as the grader sees it: it forks workers on order, and one of them ahead of need.
//!
//! After a kill the next execution needs a new process, and making one takes longer than most of an execution's steps. So
//! once a worker had to be replaced, the zygote makes the next one while the exploration goes on, on another processor if
//! one is idle. Which worker it becomes is said when it is needed: until then it has done nothing that depends on that.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result, bail};
use shared::baton::{PAGE_BYTES, Page, state};
use shared::region::Region;
use shared::robust::OWNER_DIED;
use shared::sys::{self, Processors};

use super::processes::{LOOK, spawn};
use super::watch::{Watch, process_runs};

/// Where zygotes may run, when not only where their exploration does.
static ROAM: OnceLock<Processors> = OnceLock::new();

/// Lets zygotes run wherever this thread may run now. To be called before threads are pinned; only the first call counts.
pub fn let_zygotes_roam() {
    ROAM.get_or_init(Processors::of_this_thread);
}

/// The zygote, and the batons: one a worker, and one for the worker that comes next.
pub struct Zygote {
    process: Child,
    control: Region,
    batons: Vec<Region>,
    /// Which baton each worker has.
    held: Vec<usize>,
    /// The baton that none of them has.
    free: usize,
    /// A worker was ordered and has not been asked for.
    ordered: bool,
    /// Where the exploration runs.
    home: Processors,
    /// Whether the process may run elsewhere.
    roams: bool,
}

impl Zygote {
    /// Starts the lab's binary, for at most so many workers; `files` are its header and payload.
    ///
    /// # Errors
    /// When memory files, the binary or its first words are not to be had.
    pub fn launch(binary: &Path, workers: usize, mut files: Vec<OwnedFd>) -> Result<Zygote> {
        let (control_file, control) = Region::create("lab-control", PAGE_BYTES).context("shared memory for control")?;
        files.push(control_file);
        let mut batons = Vec::new();
        for _ in 0..=workers {
            let (file, region) = Region::create("lab-baton", PAGE_BYTES).context("shared memory for a baton")?;
            files.push(file);
            batons.push(region);
        }
        let process = spawn(binary, "__zygote", &files)?;
        let home = Processors::of_this_thread();
        let held = (0..workers).collect();
        let mut new = Zygote { process, control, batons, held, free: workers, ordered: false, home, roams: false };
        new.await_ready(state::UNBORN)?;
        Ok(new)
    }

    /// How many workers there can be.
    pub fn workers(&self) -> usize {
        self.held.len()
    }

    /// The page of a worker's baton.
    pub fn page(&self, slot: usize) -> &Page {
        Page::of(&self.batons[self.held[slot]])
    }

    /// Waits until the zygote is ready for an order. It runs no code of the student, so only a broken machine makes it fail.
    fn await_ready(&mut self, busy: u32) -> Result<()> {
        let page = Page::of(&self.control);
        loop {
            match page.wait_while(busy, Some(LOOK)) {
                state::TOP => return Ok(()),
                now if now & OWNER_DIED != 0 => bail!("the lab's zygote died: {:?}", self.process.wait()?),
                _ => {
                    if let Some(status) = self.process.try_wait()? {
                        bail!("the lab's program ended before it was ready: {status}");
                    }
                }
            }
        }
    }

    /// Orders a worker that is not needed yet. Only from then on the zygote may run elsewhere: whoever is waited for is there
    /// sooner on the processor of the one who waits.
    pub fn order_ahead(&mut self) {
        if let Some(roam) = ROAM.get().filter(|_| !std::mem::replace(&mut self.roams, true)) {
            sys::allow_processors(self.process.id(), roam);
        }
        self.order();
    }

    /// Orders a worker: it will have the free baton.
    fn order(&mut self) {
        if !std::mem::replace(&mut self.ordered, true) {
            Page::of(&self.batons[self.free]).baton.word.store(state::UNBORN, Relaxed);
            let order = Page::of(&self.control);
            order.args[0].store(self.free as u64, Relaxed);
            order.hand_over(self.process.id());
        }
    }

    /// The worker that was ordered, if one was: its process id.
    ///
    /// # Errors
    /// When it could not be started.
    pub fn ordered(&mut self) -> Result<Option<u32>> {
        if !std::mem::take(&mut self.ordered) {
            return Ok(None);
        }
        self.await_ready(self.process.id())?;
        let page = Page::of(&self.control);
        match page.result.load(Relaxed) as u32 {
            0 => bail!("a worker could not be started: {}", page.read_text()),
            pid => Ok(Some(pid)),
        }
    }

    /// Puts a worker into a slot, where there is none now: the one that was ordered, or a new one.
    ///
    /// # Errors
    /// When it could not be started.
    pub fn take(&mut self, slot: usize) -> Result<u32> {
        self.order();
        let pid = self.ordered()?.context("a worker that was ordered")?;
        let page = Page::of(&self.batons[self.free]);
        if wait(page, pid, state::UNBORN) != state::TOP {
            sys::kill_process(pid);
            bail!("a worker ended before it was ready");
        }
        page.slot.store(slot as u32, Relaxed);
        page.ahead.know_as(&self.page(slot).ahead);
        sys::allow_processors(pid, &self.home);
        std::mem::swap(&mut self.held[slot], &mut self.free);
        Ok(pid)
    }

    /// Ends the process.
    pub fn end(&mut self) {
        // Our own child, by its handle: it cannot be somebody else's process.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until a worker's baton no longer is `state`; gives `state` when the worker will never change it: it ended (nobody
/// marks a parked word) or hangs, for example in a destructor.
pub fn wait(page: &Page, pid: u32, state: u32) -> u32 {
    let mut watch = Watch::default();
    loop {
        let now = page.wait_while(state, Some(LOOK));
        if now != state || !process_runs(pid) || watch.look(pid).is_some() {
            return now;
        }
    }
}
