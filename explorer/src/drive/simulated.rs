//! Simulated workers: small programs run without processes, thousands of times a second, to test the searches themselves.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT, Op};
use shared::region::Layout;
pub use shared::testing::programs::{Instruction, Programs, await_exit};
use shared::testing::programs::{LOST, bytes_of, learned};
use shared::words::queue::CLOSED;

use super::machine::{Machine, Stop};
use super::model::{Life, Model, Thing, is_about_the_crew};
use super::step::Choice;

struct Worker {
    at: usize,
    last: u64,
    /// What is left of the last instruction: leaving a meeting, reporting how many were lost, putting the rest.
    rest: Option<Op>,
    announced: Option<Op>,
}

/// Workers that run programs over a model instead of memory.
pub struct Simulated {
    programs: Programs,
    layout: Layout,
    model: Model,
    workers: Vec<Worker>,
}

impl Simulated {
    /// Workers with these programs over a board with this layout.
    pub fn new(programs: Programs, layout: Layout) -> Simulated {
        let model = Model::new(&layout, programs.len());
        Simulated { programs, layout, model, workers: Vec::new() }
    }

    /// Runs to the next announcement.
    fn next(&mut self, w: usize) -> Stop {
        let worker = &mut self.workers[w];
        if let Some(op) = worker.rest.take() {
            worker.announced = Some(op);
            return Stop::Announced(op);
        }
        loop {
            let Some(instruction) = self.programs[w].get(worker.at).copied() else {
                self.model.life[w] = Life::Leaving;
                return Stop::Finished;
            };
            worker.at += 1;
            let op = match instruction {
                Instruction::Do(op) if is_void(&self.model, w, &op) => continue,
                Instruction::Do(op) => op,
                Instruction::Meet(object) => Op { action: Action::Arrive, object, a: 0, b: 0 },
                Instruction::Unless(value, skip) => {
                    worker.at += if worker.last == value { 0 } else { skip };
                    continue;
                }
                Instruction::SpinUntil(object, _) => Op { action: Action::Load, object, a: 0, b: 0 },
            };
            worker.announced = Some(op);
            return Stop::Announced(op);
        }
    }
}

impl Machine for Simulated {
    fn start(&mut self, _choices: Option<Vec<(Choice, Op)>>) -> Result<Vec<Stop>> {
        let count = self.programs.len();
        self.model = Model::new(&self.layout, count);
        self.workers = (0..count).map(|_| Worker { at: 0, last: 0, rest: None, announced: None }).collect();
        Ok((0..count).map(|w| self.next(w)).collect())
    }

    fn grant(&mut self, w: usize, answer: u64) -> Result<(u64, Stop)> {
        let op = self.workers[w].announced.expect("a granted worker has announced");
        let mut data = if op.action == Action::Put { self.data(w) } else { Vec::new() };
        let result = match self.model.apply(w, &op, &mut data) {
            // As for real workers, the grader says how it is.
            _ if is_about_the_crew(op.action) => answer,
            result => result,
        };
        let lost = lost(&self.model, op.object);
        let report = Op { action: Action::Report, object: NO_OBJECT, a: LOST, b: lost };
        let worker = &mut self.workers[w];
        match (op.action, self.programs[w].get(worker.at.wrapping_sub(1))) {
            (Action::Arrive, _) if result & 1 == 0 => {
                worker.rest = Some(Op { action: Action::Leave, object: op.object, a: result >> 1, b: 0 });
            }
            (Action::Arrive | Action::Leave, _) => worker.rest = Some(report),
            (Action::Put, _) if result < op.a => worker.rest = Some(Op { a: op.a - result, b: op.b + result, ..op }),
            (Action::Load, Some(Instruction::SpinUntil(_, value))) if result != *value => worker.at -= 1,
            _ => {}
        }
        // A worker learns whether it led a meeting, not which meeting it was; a report teaches it nothing.
        match op.action {
            Action::Report => {}
            Action::Arrive => worker.last = result & 1,
            Action::Put => worker.last = u64::from(result == CLOSED),
            Action::Take | Action::TryTake => worker.last = data.first().copied().unwrap_or(0),
            action => worker.last = learned(action, result),
        }
        Ok((result, self.next(w)))
    }

    fn kill(&mut self, worker: usize) -> Result<()> {
        self.model.kill(worker);
        Ok(())
    }

    fn end(&mut self, worker: usize) {
        self.model.life[worker] = Life::Ended;
    }

    fn respawn(&mut self, worker: usize) -> Result<Stop> {
        self.workers[worker] = Worker { at: 0, last: 0, rest: None, announced: None };
        Ok(self.next(worker))
    }

    fn text(&self, _worker: usize) -> String {
        String::new()
    }

    fn data(&self, worker: usize) -> Vec<u64> {
        let put = |op: Op| (0..op.a).map(|item| op.b + item).collect();
        self.workers[worker].announced.map_or_else(Vec::new, put)
    }

    fn bytes(&self, worker: usize) -> Vec<u8> {
        self.workers[worker].announced.map_or(Vec::new(), |op| bytes_of(&op))
    }

    fn memory(&self, _offset: usize) -> Option<u64> {
        None
    }

    fn owner_id(&self, worker: usize) -> u64 {
        worker as u64 + 1
    }
}

/// Whether an instruction does nothing, for want of a guard or a lease.
fn is_void(model: &Model, worker: usize, op: &Op) -> bool {
    let leased = |queue: u32| matches!(model.things.get(queue as usize), Some(Thing::Queue(queue)) if queue.is_leased_by(worker));
    match op.action {
        Action::Unlock => !holds(model, worker, op.object),
        Action::Acknowledge | Action::GiveBack => !leased(op.object),
        Action::Lease => leased(op.object),
        _ => false,
    }
}

fn holds(model: &Model, worker: usize, lock: u32) -> bool {
    matches!(model.things.get(lock as usize), Some(Thing::Lock { owner, .. }) if *owner == Some(worker))
}

/// How many of a barrier's parties are dead.
fn lost(model: &Model, barrier: u32) -> u64 {
    match model.things.get(barrier as usize) {
        Some(Thing::Barrier { everyone, .. }) => u64::from((model.dead() & everyone).count_ones()),
        _ => 0,
    }
}
