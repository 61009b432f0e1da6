//! Is the reduction sound? Random small programs over all toolkit operations, kills included: the outcomes that the
//! reduced search reaches must be exactly those that plain enumeration reaches.
//!
//! An outcome is everything a judge could see apart from the order of independent steps: what each worker's operations
//! gave, what is left in shared memory, who was killed before which operation, how it ended.

pub mod families;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::Result;
use shared::baton::{Action, Op};
use shared::region::{Kind, Layout};
use shared::testing::programs::Instruction;
pub use shared::testing::programs::{Program, program};

use super::dependence::Rules;
use super::{Limits, Run, bounded, reduced};
use crate::drive::execution::{Ending, Setting};
use crate::drive::simulated::Simulated;
use crate::drive::step::What;

/// Schedules that plain enumeration may take; a program with more is left out, and counted.
pub const BRUTE_FORCE: u64 = 20_000;

/// What comparing one program showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The same outcomes: how many, and executions plain and reduced.
    Same {
        /// Different outcomes.
        outcomes: usize,
        /// Executions of plain enumeration.
        plain: u64,
        /// Executions of the reduced search.
        reduced: u64,
    },
    /// The reduced search missed this many outcomes, or found this many that do not exist.
    Different {
        /// Reached only by plain enumeration.
        missed: usize,
        /// Reached only by the reduced search.
        invented: usize,
    },
    /// Too many schedules for plain enumeration.
    TooLarge,
}

/// What many programs showed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Programs compared.
    pub compared: u64,
    /// Programs with a difference.
    pub different: u64,
    /// Programs left out because they are too large for plain enumeration.
    pub too_large: u64,
    /// Executions of plain enumeration.
    pub plain: u64,
    /// Executions of the reduced search.
    pub reduced: u64,
}

/// Compares the searches on the general programs with these seeds.
///
/// # Errors
/// Only when something of ours fails.
pub fn compare_many(seeds: std::ops::Range<u64>, rules: Rules) -> Result<Totals> {
    compare_all(seeds.map(program), rules)
}

/// Compares the searches on these programs.
///
/// # Errors
/// Only when something of ours fails.
pub fn compare_all(programs: impl Iterator<Item = Program>, rules: Rules) -> Result<Totals> {
    let mut totals = Totals::default();
    for program in programs {
        match compare(&program, rules)? {
            Compared::Same { plain, reduced, .. } => {
                totals.compared += 1;
                totals.plain += plain;
                totals.reduced += reduced;
            }
            Compared::Different { .. } => {
                totals.compared += 1;
                totals.different += 1;
            }
            Compared::TooLarge => totals.too_large += 1,
        }
    }
    Ok(totals)
}

/// Compares the searches on one program.
///
/// # Errors
/// Only when something of ours fails.
pub fn compare(program: &Program, rules: Rules) -> Result<Compared> {
    let answer = |_: usize, _: u64, _: u64| 0;
    let layout = board(program);
    let setting = Setting { layout: &layout, workers: program.workers.len(), answer: &answer, patience: 6 };
    let limits = Limits { executions: BRUTE_FORCE, victims: program.victims };
    let mut machine = Simulated::new(program.workers.clone(), layout.clone());
    let mut all = BTreeSet::new();
    let mut collect = |run: &Run| -> Option<()> {
        all.insert(outcome(run));
        None
    };
    let plain = bounded::explore(&mut machine, &setting, limits, None, &mut collect)?;
    if !plain.complete {
        return Ok(Compared::TooLarge);
    }
    let mut reached = BTreeSet::new();
    let mut collect = |run: &Run| -> Option<()> {
        reached.insert(outcome(run));
        None
    };
    let reduced = reduced::explore(&mut machine, &setting, limits, rules, &mut collect)?;
    let (missed, invented) = (all.difference(&reached).count(), reached.difference(&all).count());
    if missed + invented > 0 {
        return Ok(Compared::Different { missed, invented });
    }
    Ok(Compared::Same { outcomes: all.len(), plain: plain.executions, reduced: reduced.executions })
}

/// The program's board, without the connections that nobody uses: where there are none, time is nothing to anybody, and the
/// reduced search leaves out more (see [`crate::drive::looks`]).
fn board(program: &Program) -> Layout {
    let mut layout = program.layout.clone();
    let is_stream = |at: u32| matches!(layout.objects.get(at as usize).map(|o| &o.kind), Some(Kind::Stream { .. }));
    let used = |i: &Instruction| matches!(i, Instruction::Do(op) if is_stream(op.object));
    if !program.workers.iter().flatten().any(used) {
        let streams = layout.objects.iter_mut().filter(|o| matches!(o.kind, Kind::Stream { .. }));
        streams.for_each(|object| object.kind = Kind::Cell { init: 0 });
    }
    layout
}

/// The outcome of a run, as a number: two runs have the same one when no judge could tell them apart.
pub fn outcome(run: &Run) -> u64 {
    let mut hash = DefaultHasher::new();
    for worker in 0..run.model.life.len() {
        // How often a spinner looked before something changed is not an outcome: each look counts once until it sees
        // something else or the worker does something else than sleep or say something.
        let mut seen: Vec<(Op, u64)> = Vec::new();
        for step in run.steps.iter().filter(|s| s.worker == worker) {
            match step.op().filter(|op| is_look(op, step.result)).map(|op| (*op, step.result)) {
                Some(look) if seen.contains(&look) => continue,
                Some((op, _)) if !seen.iter().any(|(other, _)| *other == op) => seen.push((op, step.result)),
                Some(look) => seen = vec![look],
                None if step
                    .op()
                    .is_some_and(|op| matches!(op.action, Action::Sleep | Action::Note | Action::Report)) => {}
                None => seen.clear(),
            }
            match &step.what {
                What::Did(op) => (0, Some(*op), step.result),
                What::Killed(op) => (1, Some(*op), 0),
                _ => (2, None, 0),
            }
            .hash(&mut hash);
        }
        u64::MAX.hash(&mut hash);
    }
    run.model.things.hash(&mut hash);
    match run.ending {
        Ending::Complete => 0.hash(&mut hash),
        Ending::Deadlock(waiting) => (1, waiting).hash(&mut hash),
        Ending::Livelock(waiting) => (2, waiting).hash(&mut hash),
        Ending::Broken(worker) => (3, worker).hash(&mut hash),
        Ending::TooLong => 4.hash(&mut hash),
    }
    hash.finish()
}

/// Whether a worker only looked: taking a lock to look at what it protects is part of looking.
fn is_look(op: &Op, result: u64) -> bool {
    use Action::*;
    match op.action {
        Load | LoadAcquire | ReadWord | Lock | Unlock | IsEmpty | CrewAlive => true,
        TryTake | CrewNext => result == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::dependence::Rule;
    use super::families::FAMILIES;
    use super::*;
    use shared::baton::NO_OBJECT;
    use shared::testing::programs::{CREW, LOCKS, await_exit, has_crew};

    /// Seeds in every run of the tests; the large run is a command.
    const SEEDS: std::ops::Range<u64> = 0..4_000;
    /// Seeds of each family.
    const FAMILY_SEEDS: u64 = 200;

    #[test]
    fn the_reduction_reaches_what_plain_enumeration_reaches() {
        let totals = compare_many(SEEDS, Rules::ALL).expect("simulated workers do not fail");
        assert_eq!(totals.different, 0, "{totals:?}");
        assert!(totals.compared > 3_500, "{totals:?}");
        assert!(totals.reduced * 5 < totals.plain, "a reduction that reduces nothing: {totals:?}");
    }

    #[test]
    fn so_it_does_where_few_operations_meet() {
        for family in FAMILIES {
            let programs = (0..FAMILY_SEEDS).map(|seed| families::program(family, seed));
            let totals = compare_all(programs, Rules::ALL).expect("simulated workers do not fail");
            assert_eq!(totals.different, 0, "{}: {totals:?}", family.name);
            assert!(totals.compared * 2 >= FAMILY_SEEDS, "too many are too large: {}: {totals:?}", family.name);
        }
    }

    /// Found by runs over a million programs. In the first two a put that leaves nothing to do is more when it comes first,
    /// because it is its worker's last step; in the next three a kill prevents what might have gone first; the others are
    /// about who looks how often.
    #[test]
    fn programs_that_once_lost_outcomes() {
        for seed in
            [333_991, 401_427, 28_858, 650_277, 1_010_732, 74_605, 95_662, 210_306, 337_742, 685_712, 1_573_477, 30_766]
        {
            let compared = compare(&program(seed), Rules::ALL).expect("simulated workers do not fail");
            assert!(matches!(compared, Compared::Same { .. }), "program {seed}: {compared:?}");
        }
    }

    /// A worker that looks twice does at first what one does that waits: what is known of the second is not known of the first.
    #[test]
    fn who_looks_twice_is_not_taken_for_somebody_who_waits() {
        let on_cell = |action, b| Instruction::Do(Op { action, object: 0, a: 0, b });
        let writer = vec![on_cell(Action::CompareExchange, 1)];
        let waiter = vec![Instruction::SpinUntil(0, 2)];
        let reader = vec![on_cell(Action::Load, 0), on_cell(Action::Load, 0)];
        for workers in [vec![writer.clone(), waiter.clone(), reader.clone()], vec![reader, waiter, writer]] {
            let compared = compare(&Program { workers, victims: 0, ..program(0) }, Rules::ALL)
                .expect("simulated workers do not fail");
            assert!(matches!(compared, Compared::Same { .. }), "{compared:?}");
        }
    }

    fn at_cell(action: Action, cell: u32, value: u64) -> Instruction {
        Instruction::Do(Op { action, object: cell, a: 0, b: value })
    }

    fn assert_same(workers: Vec<Vec<Instruction>>, board: Layout) {
        let compared = compare(&Program { layout: board, workers, victims: 0 }, Rules::ALL)
            .expect("simulated workers do not fail");
        assert!(matches!(compared, Compared::Same { .. }), "{compared:?}");
    }

    /// The spinner looks again after the third worker is dead, because nobody else is left. That does not count as something that
    /// may come before that worker's death: then the third may go on, and the spinner waits.
    #[test]
    fn the_last_looks_of_a_spinner_come_before_nothing() {
        let kill = |target| Instruction::Do(Op { action: Action::CrewKill, object: CREW, a: target, b: 0 });
        let spinner = vec![Instruction::SpinUntil(0, 2)];
        let first = vec![at_cell(Action::Store, 0, 1), kill(2)];
        let second = vec![at_cell(Action::Store, 1, 1), kill(0)];
        let crewed = (0..).find(|seed| has_crew(*seed)).expect("every fourth program has a crew");
        assert_same(vec![spinner, first, second], program(crewed).layout);
    }

    /// Each looks more often than somebody who waits. Whichever gives up first may come after the other has, or before; here the
    /// first to give up changes what the other looks at, or its end lets a third one change that.
    #[test]
    fn spinners_that_give_up_do_so_in_any_order() {
        let looks = |cell, and: Option<Instruction>| {
            std::iter::repeat_n(at_cell(Action::Load, cell, 0), 3).chain(and).collect::<Vec<_>>()
        };
        let changes = |cell| Some(at_cell(Action::Store, cell, 1));
        assert_same(vec![looks(1, None), looks(0, changes(1))], program(0).layout);
        let waiter = vec![await_exit(0b100), at_cell(Action::Store, 0, 2)];
        assert_same(vec![waiter.clone(), looks(0, None), looks(0, None)], program(0).layout);
        let third = [looks(1, None), waiter].concat();
        assert_same(vec![third, looks(0, changes(1)), looks(0, None)], program(0).layout);
    }

    /// A cell changes and changes back while a worker that has looked at it looks at another one.
    #[test]
    fn what_changed_and_changed_back_between_two_looks_is_no_difference() {
        let look = |cell| at_cell(Action::Load, cell, 0);
        let looker = vec![look(0), look(0), look(1), look(0)];
        let changer = [1, 0, 2].map(|value| at_cell(Action::Store, 0, value)).to_vec();
        assert_same(vec![looker.clone(), changer.clone()], program(0).layout);
        assert_same(vec![changer, looker], program(0).layout);
    }

    /// Who takes a lock twice waits for ever; that is not a place where it looks again.
    #[test]
    fn who_waits_for_its_own_lock_does_not_look() {
        let [take, free] = [Action::Lock, Action::Unlock].map(|action| at_cell(action, LOCKS[0], 0));
        assert_same(vec![vec![take, free], vec![take, free, take, take]], program(0).layout);
    }

    /// Three workers change one cell and then look at another, and a fourth awaits their ends: what matters is who changes the
    /// cell when. Then two of them, of which the first may be killed.
    #[test]
    fn what_has_no_other_order_is_not_tried_in_another() {
        let step = |action, object, a| Instruction::Do(Op { action, object, a, b: 1 });
        let worker = vec![step(Action::FetchAdd, 0, 0), step(Action::Load, 1, 0)];
        let executions = |workers, victims| match compare(&Program { workers, victims, ..program(0) }, Rules::ALL) {
            Ok(Compared::Same { reduced, .. }) => reduced,
            other => panic!("{other:?}"),
        };
        let mut workers = vec![worker.clone(); 3];
        workers.push(vec![step(Action::AwaitExit, NO_OBJECT, 0b111)]);
        assert_eq!(executions(workers, 0), 3 * 2);
        // It never changes the cell; or it does, before or after the other, and is killed before its look or not.
        assert_eq!(executions(vec![worker.clone(), worker], 0b01), 1 + 2 * 2);
    }

    #[test]
    fn leaving_out_any_rule_is_noticed() {
        for rule in Rule::ALL.into_iter().filter(|r| !Rule::ENABLING.contains(r)) {
            let noticed = SEEDS.clone().any(|seed| {
                let compared = compare(&program(seed), Rules::without(rule)).expect("simulated workers do not fail");
                matches!(compared, Compared::Different { .. })
            });
            assert!(noticed, "without the rule {rule:?} nothing is lost: it is dead, or the programs do not need it");
        }
    }
}
