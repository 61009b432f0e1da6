//! The grader's model of a crew: what a supervisor learns of its workers, and what its orders do.

use shared::baton::{Action, Op};
use shared::crew::next_word;

use super::{Life, Model, Thing};

/// Whether the grader answers this operation from what it knows of the workers.
pub fn is_about_the_crew(action: Action) -> bool {
    use Action::*;
    matches!(action, CrewWait | CrewNext | CrewAlive | CrewRespawn | CrewKill)
}

impl Model {
    /// Whether there is a crew, so that others see when a worker's function returns.
    pub fn has_crew(&self) -> bool {
        self.things.contains(&Thing::Crew)
    }

    /// Whether an operation is about workers that there are.
    pub(super) fn names_workers(&self, op: &Op) -> bool {
        let count = self.life.len() as u64;
        match op.action {
            Action::CrewRespawn | Action::CrewKill => op.a < count,
            _ => op.a >> count == 0,
        }
    }

    pub(super) fn crew_enabled(&self, op: &Op) -> bool {
        match op.action {
            Action::CrewWait => op.a & !self.gone() == 0,
            Action::CrewNext => op.a == 0 || op.a & self.gone() != 0,
            _ => true,
        }
    }

    pub(super) fn apply_to_crew(&mut self, op: &Op) -> u64 {
        match op.action {
            Action::CrewWait => op.a & self.dead(),
            Action::CrewNext => match (op.a & self.gone()).trailing_zeros() {
                64 => 0,
                worker => next_word(worker as usize, self.life[worker as usize] == Life::Dead),
            },
            Action::CrewAlive => op.a & !self.gone(),
            Action::CrewRespawn if self.life[op.a as usize] == Life::Dead => {
                self.life[op.a as usize] = Life::Alive;
                self.sever(op.a as usize);
                1
            }
            Action::CrewKill if self.life[op.a as usize] == Life::Alive => {
                self.kill(op.a as usize);
                1
            }
            _ => 0,
        }
    }
}
