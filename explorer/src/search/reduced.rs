//! Every interleaving, once up to the order of independent steps: dynamic partial-order reduction with source sets and
//! sleep sets.
//!
//! The algorithm is Source-DPOR of Abdulla, Aronis, Jonsson and Sagonas, "Source Sets: A Foundation for Optimal Dynamic
//! Partial Order Reduction" (JACM 64(4), 2017, algorithm 1), with three additions. **Blocking**: the race of an operation
//! that had to wait with the step that let it go cannot be reversed, so the search for races goes on behind that step; and
//! the operations that wait for ever at the end of an execution race as well. **Kills**: the kill of worker `w` is the
//! single step of a process of its own, numbered `workers + w`. **Spinning**: a worker that only looks is
//! disabled until it would see something else (see [`crate::drive::looks`]).
//!
//! A process that sleeps need not be tried: every execution that begins with it from here has been visited. An execution
//! in which all that could go on sleep is abandoned; it is counted as redundant. Two kinds of them are known beforehand. A step
//! that is impossible before another, [whoever else has gone](Touches::must_precede), has no other order with it to try. And
//! after a kill *in vain* nobody is awake: its races are found without executing it.

use anyhow::Result;
use shared::baton::{Action, Op};

use super::dependence::{Rules, Touches};
use super::{Explored, Found, Limits, Run, replay};
use crate::drive::execution::{Ending, Execution, Setting};
use crate::drive::looks::Waits;
use crate::drive::machine::Machine;
use crate::drive::step::Choice;

mod races;

/// Workers and their killers.
const MAX_PROCESSES: usize = 2 * shared::region::MAX_WORKERS;

/// How many steps of each process happen before, or are, a step.
type Clock = [u16; MAX_PROCESSES];

/// A step of the current execution and what is known about the state before it.
struct Frame {
    process: usize,
    op: Op,
    touches: Touches,
    clock: Clock,
    /// Bit set of the processes that could go on.
    enabled: u32,
    /// Bit set of the processes that must be tried from here.
    backtrack: u32,
    /// Bit set of the processes that need not be tried from here (any more).
    sleep: u32,
    /// What each process would have done and touched.
    pending: Vec<Option<(Op, Touches)>>,
    /// Nothing has been taken from this state yet.
    opened: bool,
}

impl Frame {
    /// Whether this step is, or happens after, step `other`.
    fn follows(&self, other: &Frame) -> bool {
        self.clock[other.process] >= other.clock[other.process]
    }

    fn choice(&self, workers: usize) -> Choice {
        as_choice(self.process, workers)
    }
}

fn as_choice(process: usize, workers: usize) -> Choice {
    if process < workers { Choice::Run(process) } else { Choice::Kill(process - workers) }
}

/// Visits every interleaving, and every one with a kill when there are victims, until the judge refuses one.
///
/// # Errors
/// Only when something of ours fails.
pub fn explore<F>(
    machine: &mut dyn Machine,
    setting: &Setting,
    limits: Limits,
    rules: Rules,
    judge: &mut dyn FnMut(&Run) -> Option<F>,
) -> Result<Explored<F>> {
    super::with_findings(judge, |refuses| visit(machine, setting, limits, rules, refuses))
}

fn visit(
    machine: &mut dyn Machine,
    setting: &Setting,
    limits: Limits,
    rules: Rules,
    refuses: &mut dyn FnMut(&Run) -> bool,
) -> Result<Explored<()>> {
    let mut explored = Explored::default();
    let mut search = Search { stack: Vec::new(), workers: setting.workers, victims: limits.victims, rules };
    let waits = Waits::default();
    loop {
        if explored.executions == limits.executions {
            return Ok(explored);
        }
        explored.executions += 1;
        let choices = search.stack.iter().map(|f| (f.choice(setting.workers), f.op)).collect();
        let mut execution = Execution::start_towards(machine, setting, choices)?;
        execution.learn(&waits);
        let prefix = search.stack.iter().map(|f| (f.choice(setting.workers), f.op));
        if let Some(why) = replay::follow(&mut execution, prefix)? {
            explored.diverged = Some(why);
            return Ok(explored);
        }
        search.finish_retried_frame(&execution);
        while execution.ending().is_none() && search.extend(&mut execution)? {}
        search.race_with_the_waiting(&execution);
        search.race_with_the_prevented();
        let Some(ending) = execution.ending() else {
            explored.redundant += 1;
            if !search.backtrack() {
                explored.complete = true;
                return Ok(explored);
            }
            continue;
        };
        let schedule: Vec<Choice> = search.stack.iter().map(|f| f.choice(setting.workers)).collect();
        let run = Run { steps: &execution.steps, ending: &ending, model: &execution.model, schedule: &schedule };
        if refuses(&run) {
            let steps = execution.steps.clone();
            explored.found = Some(Found { finding: (), schedule, steps, execution: explored.executions });
            return Ok(explored);
        }
        if ending != Ending::Complete {
            search.kill_the_waiting(&execution);
        }
        if !search.backtrack() {
            explored.complete = true;
            return Ok(explored);
        }
    }
}

struct Search {
    stack: Vec<Frame>,
    workers: usize,
    victims: u64,
    rules: Rules,
}

impl Search {
    /// What process `p` would do and touch from the current state; `None` when it has ended.
    fn pending(&self, execution: &Execution, p: usize) -> Option<(Op, Touches)> {
        let worker = p % self.workers;
        let op = *execution.pending(worker)?;
        if p < self.workers {
            let mut touches = Touches::of_operation(&execution.model, worker, &op, self.rules);
            touches.is_last_look = execution.is_last_look(worker);
            for watched in execution.watched(worker) {
                touches.add_watched(Touches::of_operation(&execution.model, worker, watched, self.rules));
            }
            return Some((op, touches));
        }
        let killable = self.victims >> worker & 1 == 1 && execution.is_killable(worker);
        killable.then(|| (op, Touches::of_kill(&execution.model, worker, self.rules)))
    }

    fn all_pending(&self, execution: &Execution) -> Vec<Option<(Op, Touches)>> {
        (0..2 * self.workers).map(|p| self.pending(execution, p)).collect()
    }

    /// Takes one more step; false when everything that could go on sleeps.
    fn extend(&mut self, execution: &mut Execution) -> Result<bool> {
        let mut pending = self.all_pending(execution);
        let killers =
            (self.workers..2 * self.workers).filter(|p| pending[*p].is_some()).fold(0, |bits, p| bits | 1 << p);
        let enabled = execution.enabled() as u32 | killers;
        let sleep = self.inherited_sleep(&pending);
        self.inherit_exits(&mut pending, sleep);
        let awake = enabled & !sleep;
        if awake == 0 {
            return Ok(false);
        }
        let last = self.stack.last().map(|f| f.process);
        let process = last.filter(|p| awake >> p & 1 == 1).unwrap_or(awake.trailing_zeros() as usize);
        let (op, touches) = pending[process].clone().expect("an enabled process has something to do");
        let frame = Frame {
            process,
            op,
            touches,
            clock: [0; MAX_PROCESSES],
            enabled,
            backtrack: 1 << process,
            sleep,
            pending,
            opened: false,
        };
        self.stack.push(frame);
        execution.take(as_choice(process, self.workers))?;
        self.note_exit(execution);
        self.note_last_look(execution);
        self.add_step();
        Ok(true)
    }

    /// After a prefix was replayed with another choice in its last frame, that frame's races are still to be found.
    fn finish_retried_frame(&mut self, execution: &Execution) {
        if !self.stack.is_empty() {
            self.note_exit(execution);
            self.note_last_look(execution);
            self.add_step();
        }
    }

    /// When nobody else can go on, spinners look again, and the first of them that does something else then, or ends, may stop the
    /// others from looking. That is only known after the step. They must be tried before it, and their looks wake it.
    fn note_last_look(&mut self, execution: &Execution) {
        let workers = (1 << self.workers) - 1;
        let Some(top) = self.stack.last_mut().filter(|top| top.touches.is_last_look) else { return };
        let others = top.enabled & workers & !(1 << top.process);
        if !execution.is_last_look(top.process) {
            top.backtrack |= others;
            top.touches.stops_looks = true;
            top.pending[top.process] = Some((top.op, top.touches.clone()));
        }
    }

    /// Of the processes that slept before the last step, those that the step does not wake.
    fn inherited_sleep(&self, pending: &[Option<(Op, Touches)>]) -> u32 {
        let Some(last) = self.stack.last() else { return 0 };
        let sleeps_on = |p: &usize| {
            last.sleep >> p & 1 == 1
                && pending[*p].is_some()
                && last.pending[*p]
                    .as_ref()
                    .is_some_and(|(_, t)| !(t.depend(&last.touches) || t.stops_looks && last.touches.is_last_look))
        };
        (0..pending.len()).filter(sleeps_on).fold(0, |bits, p| bits | 1 << p)
    }

    /// Only after a step it is known that it was its worker's last. Whoever sleeps has been tried: what was learnt then still holds.
    fn inherit_exits(&self, pending: &mut [Option<(Op, Touches)>], sleep: u32) {
        let Some(last) = self.stack.last() else { return };
        for (process, pending) in pending.iter_mut().enumerate().filter(|(p, _)| sleep >> p & 1 == 1) {
            if let (Some((_, now)), Some((_, before))) = (pending.as_mut(), &last.pending[process]) {
                now.stops_looks |= before.stops_looks;
            }
            let exits = last.pending[process].as_ref().is_some_and(|(_, touches)| touches.exits);
            if let Some((_, touches)) = pending.as_mut().filter(|_| exits) {
                touches.add_exit(process, self.rules);
            }
        }
    }

    /// The step on top of the stack: finds its races with earlier steps, then its place in the order.
    fn add_step(&mut self) {
        let top = self.stack.len() - 1;
        let (process, touches) = (self.stack[top].process, self.stack[top].touches.clone());
        self.find_races(top, process, &touches);
        self.races_of_a_victim(top);
        let mut clock = self.last_clock(top, process);
        for earlier in &self.stack[..top] {
            if earlier.touches.depend(&touches) {
                join(&mut clock[..2 * self.workers], &earlier.clock);
            }
        }
        clock[process] += 1;
        self.stack[top].clock = clock;
        self.stack[top].backtrack |= self.killers_cut_off(top);
    }

    /// A step may make a kill impossible that was possible right before it: the victim moves on, or another was killed, and
    /// there is only one kill. The two cannot race later, so the kill must be tried here.
    fn killers_cut_off(&self, top: usize) -> u32 {
        let frame = &self.stack[top];
        let killers = frame.enabled & !((1 << self.workers) - 1);
        let killer_of = |worker: usize| killers & 1 << (worker + self.workers);
        match frame.op.action {
            _ if frame.process >= self.workers => killers,
            // The supervisor was faster.
            Action::CrewKill => killer_of(frame.process) | killer_of(frame.op.a as usize),
            _ => killer_of(frame.process),
        }
    }

    fn note_exit(&mut self, execution: &Execution) {
        let rules = self.rules;
        let workers = self.workers;
        if let Some(top) = self.stack.last_mut()
            && top.process < workers
            && execution.pending(top.process).is_none()
        {
            top.touches.add_exit(top.process, rules);
            top.pending[top.process] = Some((top.op, top.touches.clone()));
        }
    }

    /// A kill can still strike those that wait for ever: that is a longer execution, tried next.
    fn kill_the_waiting(&mut self, execution: &Execution) {
        let pending = self.all_pending(execution);
        let killers =
            (self.workers..2 * self.workers).filter(|p| pending[*p].is_some()).fold(0, |bits, p| bits | 1 << p);
        let sleep = self.inherited_sleep(&pending);
        let awake: u32 = killers & !sleep;
        if awake == 0 {
            return;
        }
        let process = awake.trailing_zeros() as usize;
        let (op, touches) = pending[process].clone().expect("a killer has something to do");
        let clock = [0; MAX_PROCESSES];
        let frame =
            Frame { process, op, touches, clock, enabled: killers, backtrack: killers, sleep, pending, opened: true };
        self.stack.push(frame);
    }

    /// Whether this process on top of the stack is a killer after whom all that could go on sleep, which can be told without
    /// executing it: the others do the same with and without the victim.
    fn is_in_vain(&self, process: usize) -> bool {
        let frame = &self.stack[self.stack.len() - 1];
        let Some((_, kill)) = frame.pending[process].as_ref().filter(|_| process >= self.workers) else { return false };
        let others = (0..self.workers).filter(|p| p + self.workers != process);
        let others: Vec<(usize, &Touches)> = others.filter_map(|p| Some((p, &frame.pending[p].as_ref()?.1))).collect();
        let is_enabled = |p: usize| frame.enabled >> p & 1 == 1;
        let waits_on = |touches: &Touches| others.iter().any(|(other, _)| touches.awaits_end_of(*other));
        let goes_on = |(p, touches): &(usize, &Touches)| match is_enabled(*p) {
            true => frame.sleep >> p & 1 == 0 || touches.depend(kill),
            false => touches.depend(kill) && !waits_on(touches),
        };
        others.iter().any(|(p, _)| is_enabled(*p)) && !others.iter().any(goes_on)
    }

    /// Puts the next untried process on top of the stack; false when there is none.
    fn backtrack(&mut self) -> bool {
        while let Some(top) = self.stack.last_mut() {
            if !std::mem::take(&mut top.opened) {
                top.sleep |= 1 << top.process;
            }
            let untried = top.backtrack & top.enabled & !top.sleep;
            if untried != 0 {
                let process = untried.trailing_zeros() as usize;
                top.process = process;
                (top.op, top.touches) = top.pending[process].clone().expect("an enabled process has something to do");
                if !self.is_in_vain(process) {
                    return true;
                }
                self.find_races_of_kill_in_vain();
                continue;
            }
            self.stack.pop();
        }
        false
    }
}

fn join(clock: &mut [u16], other: &Clock) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}
