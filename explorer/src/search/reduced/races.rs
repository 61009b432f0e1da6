//! Which steps raced, and what has to be tried so that each race goes the other way as well.
//!
//! Besides the steps that were done there are those that were not: what a worker waits for at the end, and what it was about
//! to do when it was killed.

use shared::baton::Action;

use super::{Clock, Execution, Frame, MAX_PROCESSES, Search, Touches};

impl Search {
    /// Finds the steps before `end` that race with `process` doing something that touches `touches`, and makes sure that
    /// the other order of each race will be tried.
    pub(super) fn find_races(&mut self, end: usize, process: usize, touches: &Touches) {
        let own = self.last_clock(end, process);
        self.find_races_after(own, end, process, touches);
    }

    /// As [`Search::find_races`], the process having done and seen what `own` says.
    fn find_races_after(&mut self, own: Clock, end: usize, process: usize, touches: &Touches) {
        let mut nearer: Vec<usize> = Vec::new();
        for at in (0..end).rev() {
            let step = &self.stack[at];
            let ordered = own[step.process] >= step.clock[step.process];
            if step.process == process || ordered || !step.touches.depend(touches) {
                continue;
            }
            if nearer.iter().any(|n| self.stack[*n].follows(step)) {
                continue;
            }
            let let_go = step.touches.may_enable(touches) || step.enabled >> process & 1 == 0;
            if !step.touches.must_precede(touches) {
                self.try_first(at, end, process, touches, &own);
            }
            if !let_go {
                nearer.push(at);
            }
        }
    }

    /// Makes sure that what follows step `at` without depending on it, `process` coming last in it, will be tried before it.
    fn try_first(&mut self, at: usize, end: usize, process: usize, touches: &Touches, own: &Clock) {
        let usable = self.initials(at, end, process, touches, own) & self.stack[at].enabled;
        if usable != 0 && usable & self.stack[at].backtrack == 0 {
            let pick = if usable >> process & 1 == 1 { process } else { usable.trailing_zeros() as usize };
            self.stack[at].backtrack |= 1 << pick;
        }
    }

    /// The processes that may come first in what follows step `at` without depending on it, `process` coming last in it. Before
    /// step `at`, `process` may do something else than after it, and that may depend on more. A spinner's last looks depend on nothing
    /// that made them possible: all the others had nothing more to do. What was impossible before step `at` follows it.
    fn initials(&self, at: usize, end: usize, process: usize, touches: &Touches, own: &Clock) -> u32 {
        let mut sequence: Vec<&Frame> = Vec::new();
        let mut impossible: Vec<&Frame> = Vec::new();
        let mut initials = 0;
        let mut own_first = true;
        let before = self.stack[at].pending[process].as_ref().map_or(touches, |(_, before)| before);
        for step in &self.stack[at + 1..end] {
            if step.follows(&self.stack[at]) || impossible.iter().any(|before| step.follows(before)) {
                continue;
            }
            if !sequence.iter().any(|before| step.follows(before)) {
                if self.stack[at].enabled >> step.process & 1 == 0 {
                    impossible.push(step);
                    continue;
                }
                initials |= 1 << step.process;
            }
            let depends = step.touches.depend(touches) || step.touches.depend(before);
            own_first &= own[step.process] < step.clock[step.process] && !depends;
            sequence.push(step);
        }
        initials | u32::from(own_first) << process
    }

    pub(super) fn last_clock(&self, before: usize, process: usize) -> Clock {
        self.stack[..before].iter().rfind(|f| f.process == process).map_or([0; MAX_PROCESSES], |f| f.clock)
    }

    /// Whoever is killed while it waits will never do what it waits for: its races have to be found now.
    pub(super) fn races_of_a_victim(&mut self, top: usize) {
        let frame = &self.stack[top];
        let Some(victim) = frame.process.checked_sub(self.workers) else { return };
        let waits = frame.enabled >> victim & 1 == 0;
        if let Some((_, touches)) = frame.pending[victim].clone().filter(|_| waits) {
            self.races_of_the_waiting(top, victim, touches);
        }
    }

    /// What `process` waits to do races with steps before `end`. Nobody knows what follows it: it may be its worker's last
    /// step, and then depend on more.
    fn races_of_the_waiting(&mut self, end: usize, process: usize, mut touches: Touches) {
        self.find_races(end, process, &touches);
        touches.add_exit(process, self.rules);
        self.find_races(end, process, &touches);
    }

    /// At the end of an execution: what the others still wait to do races with what was done.
    pub(super) fn race_with_the_waiting(&mut self, execution: &Execution) {
        let enabled = execution.enabled();
        for process in (0..self.workers).filter(|p| enabled >> p & 1 == 0) {
            if let Some((_, touches)) = self.pending(execution, process) {
                self.races_of_the_waiting(self.stack.len(), process, touches);
            }
        }
    }

    /// What a worker was about to do when it was killed never happened, so it races here: it might have been first.
    pub(super) fn race_with_the_prevented(&mut self) {
        for at in 0..self.stack.len() {
            let frame = &self.stack[at];
            let victim = match frame.process.checked_sub(self.workers) {
                Some(victim) => victim,
                None if frame.op.action == Action::CrewKill => frame.op.a as usize,
                None => continue,
            };
            if let Some((_, touches)) = frame.pending[victim].clone() {
                let own = self.last_clock(at, victim);
                self.find_races_after(own, at, victim, &touches);
                self.try_first(at, self.stack.len(), victim, &touches, &own);
            }
        }
    }

    /// Finds the races of the kill on top of the stack and of what others wait to do after it, as its execution would have.
    pub(super) fn find_races_of_kill_in_vain(&mut self) {
        self.add_step();
        let frame = &self.stack[self.stack.len() - 1];
        let victim = frame.process - self.workers;
        let waits = |p: &usize| *p != victim && frame.enabled >> p & 1 == 0;
        let waiting = (0..self.workers).filter(waits).filter_map(|p| Some((p, frame.pending[p].as_ref()?.1.clone())));
        for (process, touches) in waiting.collect::<Vec<_>>() {
            self.races_of_the_waiting(self.stack.len(), process, touches);
        }
        self.race_with_the_prevented();
    }
}
