//! An exploration that explored nothing: one execution, although its workers could have met in another order.
//!
//! Who decides here is the model alone, not the [dependence](super::dependence) that the reduction stands on. Two steps of
//! different workers that do not commute can only be without an alternative when something forced their order: the
//! second, or something its worker had to do before, was not possible until after the first.

use anyhow::{Result, bail};
use shared::baton::Op;
use shared::region::Layout;

use super::Explored;
use crate::drive::model::{Life, Model};
use crate::drive::step::{Step, What};

/// What is known about a step when later ones are looked at.
struct Past {
    worker: usize,
    /// Which step of its worker it is, from 1.
    number: usize,
    op: Option<Op>,
    data: Vec<u64>,
    /// How many steps of each worker certainly come before the end of this one.
    after: Vec<usize>,
    before: Model,
}

/// Refuses a complete exploration of one execution, with these steps, in which two workers could have met differently.
///
/// # Errors
/// When it is so: the explorer is broken, and what it did not see must not count as a pass.
pub fn refuse<F>(explored: &Explored<F>, steps: &[Step], layout: &Layout, workers: usize) -> Result<()> {
    if !explored.complete || explored.executions != 1 {
        return Ok(());
    }
    if let Some((first, second)) = unordered(steps, layout, workers) {
        let name = |at: usize| format!("{:?} of worker {}", steps[at].what, steps[at].worker + 1);
        bail!(
            "the exploration is vacuous: one execution, but {} and {} could have come in the other order",
            name(first),
            name(second)
        );
    }
    Ok(())
}

/// The first two steps of different workers that do not commute and that nothing forced into an order.
fn unordered(steps: &[Step], layout: &Layout, workers: usize) -> Option<(usize, usize)> {
    let mut model = Model::new(layout, workers);
    let mut after = vec![vec![0; workers]; workers];
    let mut past: Vec<Past> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let worker = step.worker;
        let before = model.clone();
        let op = step.op();
        match &step.what {
            What::Did(op) => _ = model.apply(worker, op, &mut step.data.clone()),
            What::Killed(_) => model.kill(worker),
            What::Returned | What::Panicked(_) | What::Broke(_) => model.life[worker] = Life::Ended,
        }
        let possible_before = |p: &Past| op.is_some_and(|op| p.before.enabled(worker, op));
        let meets = |p: &Past| {
            let free = p.worker != worker && after[worker][p.worker] < p.number && possible_before(p);
            free && op.is_some_and(|op| !p.commutes_with(worker, op, &step.data))
        };
        if let Some(first) = past.iter().position(meets) {
            return Some((first, at));
        }
        // What made the operation possible came before all that the worker does from here on.
        if let Some(enabler) = past.iter().rfind(|p| p.worker != worker && op.is_some() && !possible_before(p)) {
            after[worker].iter_mut().zip(&enabler.after).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        }
        after[worker][worker] += 1;
        let (number, after, data) = (after[worker][worker], after[worker].clone(), step.data.clone());
        past.push(Past { worker, number, op: op.copied(), data, after, before });
    }
    None
}

impl Past {
    /// Whether this step and another give the same in either order, in the state before this one.
    fn commutes_with(&self, worker: usize, op: &Op, data: &[u64]) -> bool {
        let Some(own) = &self.op else { return true };
        let first_then_second = |first: (usize, &Op, &[u64]), second: (usize, &Op, &[u64])| {
            let mut model = self.before.clone();
            let (mut first_data, mut second_data) = (first.2.to_vec(), second.2.to_vec());
            let first_result = model.apply(first.0, first.1, &mut first_data);
            let second_result = model.apply(second.0, second.1, &mut second_data);
            ((first_result, first_data), (second_result, second_data), model.things)
        };
        let this = (self.worker, own, &self.data[..]);
        let other = (worker, op, data);
        let (this_before, other_after, things) = first_then_second(this, other);
        let (other_before, this_after, swapped) = first_then_second(other, this);
        (this_before, other_after, things) == (this_after, other_before, swapped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::execution::Setting;
    use crate::drive::simulated::{Instruction, Programs, Simulated, await_exit};
    use crate::search::dependence::{Rule, Rules};
    use crate::search::{Limits, Run, reduced};
    use shared::baton::Action;
    use shared::testing::programs::{ARRAY, CELLS, LOCKS, layout};

    fn act(action: Action, object: u32, a: u64, b: u64) -> Instruction {
        Instruction::Do(Op { action, object, a, b })
    }

    fn store(value: u64) -> Instruction {
        act(Action::Store, CELLS[0], 0, value)
    }

    fn look() -> Instruction {
        act(Action::Load, CELLS[0], 0, 0)
    }

    /// Explores and says how many executions it took, and what this module says.
    fn explore(programs: Programs, rules: Rules) -> (u64, Result<()>) {
        let (workers, board) = (programs.len(), layout(0));
        let answer = |_: usize, _: u64, _: u64| 0;
        let setting = Setting { layout: &board, workers, answer: &answer, patience: 6 };
        let mut machine = Simulated::new(programs, board.clone());
        let mut steps = Vec::new();
        let mut keep = |run: &Run| -> Option<()> {
            steps = run.steps.to_vec();
            None
        };
        let limits = Limits { executions: 100, victims: 0 };
        let explored = reduced::explore(&mut machine, &setting, limits, rules, &mut keep).expect("a simulation");
        (explored.executions, refuse(&explored, &steps, &board, workers))
    }

    #[test]
    fn a_reduction_that_sees_no_dependence_is_noticed() {
        let take = |lock| vec![act(Action::Lock, lock, 0, 0), act(Action::Unlock, lock, 0, 0)];
        let word = |value| vec![act(Action::WriteWord, ARRAY, 1, value)];
        let cases = [
            (Rule::Cell, vec![vec![store(1)], vec![look()]]),
            (Rule::Cell, vec![vec![look()], vec![store(1)]]),
            (Rule::Lock, vec![take(LOCKS[0]), take(LOCKS[0])]),
            (Rule::Array, vec![word(1), word(2)]),
        ];
        for (rule, programs) in cases {
            let (executions, verdict) = explore(programs.clone(), Rules::without(rule));
            assert_eq!(executions, 1, "{rule:?}");
            let error = verdict.expect_err("the workers could have met in the other order").to_string();
            assert!(error.contains("vacuous"), "{rule:?}: {error}");
            let (executions, verdict) = explore(programs, Rules::ALL);
            assert!(executions > 1 && verdict.is_ok(), "{rule:?} in force: {executions}, {verdict:?}");
        }
    }

    #[test]
    fn one_execution_is_enough_where_there_is_nothing_to_decide() {
        let other = |object| act(Action::Store, object, 0, 1);
        let cases: [(&str, Programs); 5] = [
            ("an idle worker", vec![vec![store(1), look()], vec![]]),
            ("only looks", vec![vec![look()], vec![look()]]),
            ("different cells", vec![vec![store(1)], vec![other(CELLS[1])]]),
            ("a reader that waits for the writer's end", vec![vec![store(1)], vec![await_exit(0b01), look()]]),
            (
                "one after the other",
                vec![vec![store(1)], vec![await_exit(0b001), store(2)], vec![await_exit(0b010), look()]],
            ),
        ];
        for (name, programs) in cases {
            let (executions, verdict) = explore(programs, Rules::ALL);
            assert!(executions == 1 && verdict.is_ok(), "{name}: {executions} executions, {verdict:?}");
        }
    }
}
