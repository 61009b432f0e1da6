//! The virtual clock: every worker has a processor of its own and a clock; the one that is furthest behind goes next.
//!
//! An operation costs its [tariff](super::tariff). A worker that had to wait goes on when it was let go, plus a wake-up. The
//! latest clock at the end is the makespan: the same on every machine, busy or not, and it sees what a wall clock on a
//! loaded machine cannot, for example work that is done while a lock is held.

use anyhow::Result;
use shared::baton::Action;

use super::tariff::Tariff;
use crate::drive::execution::{Ending, Execution, Setting};
use crate::drive::machine::Machine;
use crate::drive::step::{Choice, Step};

/// What a run on the virtual clock showed.
pub struct Timed {
    /// The steps, in the order in which they happened.
    pub steps: Vec<Step>,
    /// How it ended.
    pub ending: Ending,
    /// When the last worker ended, in virtual nanoseconds.
    pub makespan: u64,
    /// Virtual nanoseconds each worker waited for others.
    pub waited: Vec<u64>,
    /// Virtual nanoseconds each worker computed.
    pub computed: Vec<u64>,
}

/// Runs once, the worker with the smallest virtual clock first.
///
/// # Errors
/// Only when something of ours fails.
pub fn run<M: Machine>(machine: &mut M, setting: &Setting, tariff: &Tariff, compute: u64) -> Result<Timed> {
    let mut clocks = Clocks::new(setting, compute);
    let mut execution = Execution::start(machine, setting)?;
    clocks.charge(&execution.steps, tariff);
    let ending = loop {
        if let Some(ending) = execution.ending() {
            break ending;
        }
        let enabled = execution.enabled();
        let able = |w: &usize| enabled >> w & 1 == 1;
        clocks.let_go(&execution, enabled, tariff);
        let next = (0..setting.workers).filter(able).min_by_key(|w| clocks.now[*w]).expect("somebody can go on");
        let before = execution.steps.len();
        execution.take(Choice::Run(next))?;
        // What others wait for ends with the shared operation, not with the computing that follows it.
        let (shared, local) = execution.steps[before..].split_at(1);
        clocks.charge(shared, tariff);
        clocks.latest = clocks.now[next];
        clocks.charge(local, tariff);
    };
    let makespan = clocks.now.iter().copied().max().unwrap_or(0);
    let steps = execution.steps.clone();
    Ok(Timed { steps, ending, makespan, waited: clocks.waited, computed: clocks.computed })
}

struct Clocks {
    now: Vec<u64>,
    waited: Vec<u64>,
    computed: Vec<u64>,
    /// Workers that could not go on when the last step was taken.
    held: u64,
    /// When the step before this one ended.
    latest: u64,
    compute: u64,
}

impl Clocks {
    fn new(setting: &Setting, compute: u64) -> Clocks {
        let zero = vec![0; setting.workers];
        Clocks { now: zero.clone(), waited: zero.clone(), computed: zero, held: 0, latest: 0, compute }
    }

    fn charge(&mut self, steps: &[Step], tariff: &Tariff) {
        for step in steps {
            let Some(op) = step.op() else { continue };
            let price = tariff.price(op.action, op.a, step.items as u64, self.compute);
            self.now[step.worker] += price;
            if op.action == Action::CrewRespawn && step.result == 1 {
                self.now[op.a as usize] = self.now[step.worker];
            }
            if op.action == Action::Compute {
                self.computed[step.worker] += price;
            }
        }
    }

    /// Whoever was held and is not any more was let go by the step that just ended, and has to be told.
    fn let_go<M: Machine>(&mut self, execution: &Execution<M>, enabled: u64, tariff: &Tariff) {
        let waiting = (0..self.now.len()).filter(|w| execution.pending(*w).is_some() && enabled >> w & 1 == 0);
        let held = waiting.fold(0, |bits, w| bits | 1 << w);
        for worker in (0..self.now.len()).filter(|w| self.held >> w & 1 == 1 && held >> w & 1 == 0) {
            let wait = self.latest.saturating_sub(self.now[worker]);
            if wait > 0 {
                let until = self.latest + if wait <= tariff.spin { tariff.hand_over } else { tariff.wake };
                self.waited[worker] += until - self.now[worker];
                self.now[worker] = until;
            }
        }
        self.held = held;
    }
}
