//! Simulated workers: small programs run without processes, thousands of times a second, to test the searches themselves.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT, Op};
use shared::region::Layout;

use super::machine::{Machine, Stop};
use super::model::Model;

/// One instruction of a simulated worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Announce this operation and remember what it gives.
    Do(Op),
    /// Come to this barrier, and wait there unless the last.
    Meet(u32),
    /// Skip the next instructions, this many, unless the last result was this.
    Unless(u64, usize),
    /// Look at this cell until it holds this.
    SpinUntil(u32, u64),
}

/// A program a worker.
pub type Programs = Vec<Vec<Instruction>>;

struct Worker {
    at: usize,
    last: u64,
    /// A barrier meeting that has been come to and is still to be left.
    leaving: Option<Op>,
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
        if let Some(op) = worker.leaving.take() {
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
    fn start(&mut self) -> Result<Vec<Stop>> {
        let count = self.programs.len();
        self.model = Model::new(&self.layout, count);
        self.workers = (0..count).map(|_| Worker { at: 0, last: 0, leaving: None, announced: None }).collect();
        Ok((0..count).map(|w| self.next(w)).collect())
    }

    fn grant(&mut self, w: usize, _answer: u64) -> Result<(u64, Stop)> {
        let op = self.workers[w].announced.expect("a granted worker has announced");
        let result = self.model.apply(w, &op);
        let worker = &mut self.workers[w];
        worker.last = result;
        match (op.action, self.programs[w].get(worker.at.wrapping_sub(1))) {
            (Action::Arrive, _) if result & 1 == 0 => {
                worker.leaving = Some(Op { action: Action::Leave, object: op.object, a: result >> 1, b: 0 });
            }
            (Action::Load, Some(Instruction::SpinUntil(_, value))) if result != *value => worker.at -= 1,
            _ => {}
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

/// Waiting for the workers in a bit set to end.
pub fn await_exit(workers: u64) -> Instruction {
    Instruction::Do(Op { action: Action::AwaitExit, object: NO_OBJECT, a: workers, b: 0 })
}
