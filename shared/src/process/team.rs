//! The workers of a free run, as the process sees them that has forked them: reaps, and carries out a supervisor's orders.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use super::commons::{LIFE, LIFE_BYTES, TIMES, TIMES_BYTES};
use super::life::{FINISHED, Fate, count_end, fate};
use super::payload;
use super::reports::wait_status;
use crate::crew::{Order, Orders};
use crate::robust::{self, OWNER_DIED};
use crate::sys::{self, Fork};

/// How often the crew's process looks whether a worker has ended while it waits for orders.
const ORDERS_EVERY: Duration = Duration::from_millis(1);

/// The workers of a free run, as the process sees them that has forked them.
pub(super) struct Team {
    pids: Vec<u32>,
    /// Bit set of those that a supervisor had killed.
    killed: u64,
}

impl Team {
    /// The workers with these process ids, by number.
    pub(super) fn of(pids: Vec<u32>) -> Team {
        Team { pids, killed: 0 }
    }

    /// Notes that a worker has ended; false when there was none left to wait for.
    pub(super) fn reap(&mut self, ended: Option<(u32, i32)>) -> bool {
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
    pub(super) fn serve(&mut self, orders: &Orders, work: &mut dyn FnMut(usize)) {
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
