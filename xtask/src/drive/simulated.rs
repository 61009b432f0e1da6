//! Simulated workers: small programs run without processes, thousands of times a second, to test the searches themselves.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT, Op};
use shared::region::Layout;
use shared::testing::programs::LOST;
pub use shared::testing::programs::{Instruction, Programs, await_exit};

use super::machine::{Machine, Stop};
use super::model::{Model, Thing};
use super::step::Choice;

struct Worker {
    at: usize,
    last: u64,
    /// The rest of a meeting: leaving it, or reporting how many were lost.
    meeting: Option<Op>,
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
        if let Some(op) = worker.meeting.take() {
            worker.announced = Some(op);
            return Stop::Announced(op);
        }
        loop {
            let Some(instruction) = self.programs[w].get(worker.at).copied() else {
                self.model.life[w] = super::model::Life::Ended;
                return Stop::Finished;
            };
            worker.at += 1;
            let op = match instruction {
                Instruction::Do(op) if op.action == Action::Unlock && !holds(&self.model, w, op.object) => continue,
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
        self.workers = (0..count).map(|_| Worker { at: 0, last: 0, meeting: None, announced: None }).collect();
        Ok((0..count).map(|w| self.next(w)).collect())
    }

    fn grant(&mut self, w: usize, _answer: u64) -> Result<(u64, Stop)> {
        let op = self.workers[w].announced.expect("a granted worker has announced");
        let result = self.model.apply(w, &op);
        let lost = lost(&self.model, op.object);
        let report = Op { action: Action::Report, object: NO_OBJECT, a: LOST, b: lost };
        let worker = &mut self.workers[w];
        match (op.action, self.programs[w].get(worker.at.wrapping_sub(1))) {
            (Action::Arrive, _) if result & 1 == 0 => {
                worker.meeting = Some(Op { action: Action::Leave, object: op.object, a: result >> 1, b: 0 });
            }
            (Action::Arrive | Action::Leave, _) => worker.meeting = Some(report),
            (Action::Load, Some(Instruction::SpinUntil(_, value))) if result != *value => worker.at -= 1,
            _ => {}
        }
        // A worker learns whether it led a meeting, not which meeting it was; a report teaches it nothing.
        match op.action {
            Action::Report => {}
            Action::Arrive => worker.last = result & 1,
            _ => worker.last = result,
        }
        Ok((result, self.next(w)))
    }

    fn kill(&mut self, worker: usize) -> Result<()> {
        self.model.kill(worker);
        Ok(())
    }

    fn text(&self, _worker: usize) -> String {
        String::new()
    }

    fn memory(&self, _offset: usize) -> Option<u64> {
        None
    }

    fn owner_id(&self, worker: usize) -> u64 {
        worker as u64 + 1
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
