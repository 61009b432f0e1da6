//! The virtual clock: every worker has a processor of its own and a clock; the one that is furthest behind goes next.
//!
//! An operation costs its [tariff](super::tariff). A worker that had to wait goes on when it was let go, plus a wake-up. The
//! latest clock at the end is the makespan: the same on every machine, busy or not, and it sees what a wall clock on a
//! loaded machine cannot, for example work that is done while a lock is held.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT};

use super::tariff::Tariff;
use crate::drive::execution::{Ending, Execution, Setting};
use crate::drive::machine::Machine;
use crate::drive::model::Model;
use crate::drive::step::{Choice, Step};

/// What a run on the virtual clock showed.
pub struct Timed {
    /// The steps, in the order in which they happened.
    pub steps: Vec<Step>,
    /// How it ended.
    pub ending: Ending,
    /// What is left in shared memory.
    pub model: Model,
    /// When the last worker ended, in virtual nanoseconds.
    pub makespan: u64,
    /// Virtual nanoseconds each worker waited for others.
    pub waited: Vec<u64>,
    /// Virtual nanoseconds each worker computed.
    pub computed: Vec<u64>,
    /// Every single wait, in the order in which they ended.
    pub waits: Vec<Wait>,
}

/// A worker waited for an object that others had to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Who waited.
    pub worker: usize,
    /// For which object; [`shared::baton::NO_OBJECT`]: for the end of others.
    pub object: u32,
    /// Virtual nanoseconds.
    pub ns: u64,
}

/// Runs once, the worker with the smallest virtual clock first.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(machine: &mut dyn Machine, setting: &Setting, tariff: &Tariff, compute: u64) -> Result<Timed> {
    let mut clocks = Clocks::new(setting, compute);
    let mut execution = Execution::start(machine, setting)?;
    clocks.charge(&execution.steps, tariff);
    let ending = loop {
        if let Some(ending) = execution.ending() {
            break ending;
        }
        let enabled = execution.enabled();
        let able = |w: &usize| enabled >> w & 1 == 1;
        clocks.let_go(&execution, enabled);
        let next =
            (0..setting.workers).filter(able).min_by_key(|w| clocks.ready(*w, tariff)).expect("somebody can go on");
        let object = execution.pending(next).map_or(NO_OBJECT, |op| op.object);
        clocks.wake(next, object, tariff);
        let before = execution.steps.len();
        execution.take(Choice::Run(next))?;
        // What others wait for ends with the shared operation, not with the computing that follows it.
        let (shared, local) = execution.steps[before..].split_at(1);
        clocks.charge(shared, tariff);
        clocks.latest = clocks.now[next];
        clocks.charge(local, tariff);
    };
    let makespan = clocks.now.iter().copied().max().unwrap_or(0);
    let (steps, model) = (execution.steps.clone(), execution.model.clone());
    let Clocks { waited, computed, waits, .. } = clocks;
    Ok(Timed { steps, ending, model, makespan, waited, computed, waits })
}

struct Clocks {
    now: Vec<u64>,
    waited: Vec<u64>,
    computed: Vec<u64>,
    waits: Vec<Wait>,
    /// Workers that could not go on when the last step was taken.
    held: u64,
    /// When each worker that had to wait was let go; it sleeps on if somebody else is faster.
    freed: Vec<Option<u64>>,
    /// When the step before this one ended.
    latest: u64,
    compute: u64,
}

impl Clocks {
    fn new(setting: &Setting, compute: u64) -> Clocks {
        let zero = vec![0; setting.workers];
        Clocks {
            now: zero.clone(),
            waited: zero.clone(),
            computed: zero,
            waits: Vec::new(),
            held: 0,
            freed: vec![None; setting.workers],
            latest: 0,
            compute,
        }
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
    fn let_go(&mut self, execution: &Execution, enabled: u64) {
        let waiting = (0..self.now.len()).filter(|w| execution.pending(*w).is_some() && enabled >> w & 1 == 0);
        let held = waiting.fold(0, |bits, w| bits | 1 << w);
        for worker in 0..self.now.len() {
            if held >> worker & 1 == 1 {
                self.freed[worker] = None;
            } else if self.held >> worker & 1 == 1 && self.latest > self.now[worker] {
                self.freed[worker] = Some(self.latest);
            }
        }
        self.held = held;
    }

    /// When a worker can take its next step: at once, or when it has learned that it may go on.
    fn ready(&self, worker: usize, tariff: &Tariff) -> u64 {
        let now = self.now[worker];
        let told = |freed: u64| freed + if freed - now <= tariff.spin { tariff.hand_over } else { tariff.wake };
        self.freed[worker].map_or(now, told)
    }

    /// The worker goes on.
    fn wake(&mut self, worker: usize, object: u32, tariff: &Tariff) {
        let ready = self.ready(worker, tariff);
        let ns = ready - self.now[worker];
        if ns > 0 {
            self.waits.push(Wait { worker, object, ns });
        }
        self.waited[worker] += ns;
        self.now[worker] = ready;
        self.freed[worker] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tariff::TARIFF;
    use super::*;
    use crate::drive::simulated::{Instruction, Simulated};
    use shared::baton::Op;
    use shared::region::Layout;

    #[test]
    fn of_two_sleepers_one_item_wakes_one() {
        let mut layout = Layout::default();
        layout.queue::<u64>("queue", 4, 3);
        let act = |action, a| Instruction::Do(Op { action, object: 0, a, b: 7 });
        let pause = Instruction::Do(Op { action: Action::Sleep, object: shared::baton::NO_OBJECT, a: 50_000, b: 0 });
        let puts = vec![pause, act(Action::Put, 1), pause, act(Action::Put, 1)];
        let programs = vec![vec![act(Action::Take, 1)], vec![act(Action::Take, 1)], puts];
        let answer = |_: usize, _: u64, _: u64| 0;
        let setting = Setting { layout: &layout, workers: 3, answer: &answer, patience: 6 };
        let timed = run(&mut Simulated::new(programs, layout.clone()), &setting, &TARIFF, 0).expect("no process fails");
        let one = TARIFF.queue + TARIFF.item;
        assert_eq!(timed.waited[0], 50_000 + one + TARIFF.wake);
        assert_eq!(timed.waited[1], 100_000 + 2 * one + TARIFF.wake, "the second slept until its own item came");
    }
}
