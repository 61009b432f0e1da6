//! The grader's model against the real toolkit, on real processes.
//!
//! The grader judges a student by a model of every toolkit object. Here random programs over all operations run on real
//! workers over real memory, kills included; every result and every word must be what the model says. And exploring
//! real processes must reach the outcomes that exploring the model reaches.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeSet;

use grader::drive::execution::{Ending, Execution, Setting};
use grader::drive::machine::{Machine, Stop};
use grader::drive::model::Thing;
use grader::drive::processes::Processes;
use grader::drive::simulated::Simulated;
use grader::drive::step::{Choice, Step, What};
use grader::search::dependence::Rules;
use grader::search::soundness::{Program, outcome, program};
use grader::search::{Explored, Limits, Run, bounded, reduced};
use shared::baton::{Action, NO_OBJECT, Op};
use shared::header::{Header, Role};
use shared::region::Kind;
use shared::testing::function;
use shared::testing::programs::{Dice, Instruction, QUEUE};

/// Programs that run under random schedules.
const RANDOM_SEEDS: std::ops::Range<u64> = 0..400;
/// Random schedules a program.
const SCHEDULES: u64 = 6;
/// One choice in this many is a kill.
const KILL_ONE_IN: u64 = 12;
/// Programs that are explored.
const EXPLORED_SEEDS: std::ops::Range<u64> = 0..400;
/// A program that needs more executions than this is not small, and left out.
const SMALL: u64 = 300;
/// As in the soundness test of the reduction: spinners give up soon.
const PATIENCE: u32 = 6;

/// The scenario in which every worker runs its part of a program.
fn scenario(seed: u64, program: &Program) -> Header {
    let mut role = Role { function: function::PROGRAM, ..Role::default() };
    role.args[0] = seed;
    Header { lab: 0, seed, roles: vec![role; program.workers.len()], ..Header::default() }
}

fn setting<'s>(program: &'s Program, answer: &'s dyn Fn(usize, u64, u64) -> u64) -> Setting<'s> {
    Setting { layout: &program.layout, workers: program.workers.len(), answer, patience: PATIENCE }
}

fn launch() -> Processes {
    let first = program(0);
    Processes::launch(&common::testlab(), &scenario(0, &first), &first.layout).expect("the test lab starts")
}

/// A random choice; `None` at the end. Of those that would wait for ever one is sometimes killed, which is no end yet.
fn random_choice(execution: &Execution, dice: &mut Dice) -> Option<Choice> {
    let waiting: Vec<usize> = (0..execution.model.life.len()).filter(|w| execution.pending(*w).is_some()).collect();
    let able: Vec<usize> = waiting.iter().copied().filter(|w| execution.enabled() >> w & 1 == 1).collect();
    let killable: Vec<usize> = waiting.iter().copied().filter(|w| execution.is_killable(*w)).collect();
    // Who holds a lease is killed more often: it is rare, and what comes back must be right.
    let leases = |w: &usize| matches!(&execution.model.things[QUEUE as usize], Thing::Queue(q) if q.is_leased_by(*w));
    let leasing: Vec<usize> = killable.iter().copied().filter(leases).collect();
    let pick = |from: &[usize], dice: &mut Dice| from[dice.roll(from.len() as u64) as usize];
    match execution.ending() {
        None if !leasing.is_empty() && dice.roll(3) == 0 => Some(Choice::Kill(pick(&leasing, dice))),
        None if dice.roll(KILL_ONE_IN) == 0 && !killable.is_empty() => Some(Choice::Kill(pick(&killable, dice))),
        None => Some(Choice::Run(pick(&able, dice))),
        Some(Ending::Deadlock(_) | Ending::Livelock(_)) if dice.roll(2) == 0 && !killable.is_empty() => {
            Some(Choice::Kill(pick(&killable, dice)))
        }
        Some(_) => None,
    }
}

/// Queues in which a dead worker's lease has not come back yet: it does when the next one uses the queue.
fn waiting_for_return(execution: &Execution) -> Vec<u32> {
    let steps = &execution.steps;
    let held = |victim: usize, at: usize| {
        let own = steps[..at].iter().filter(|s| s.worker == victim).filter_map(|s| Some((s.op()?, s.items)));
        let left = own.fold((0, 0), |(left, object), (op, items)| match op.action {
            Action::Lease => (items, op.object),
            Action::Acknowledge => (left - items, object),
            Action::GiveBack => (0, object),
            _ => (left, object),
        });
        (left.0 > 0).then_some(left.1)
    };
    let kills = steps.iter().enumerate().filter(|(_, s)| matches!(s.what, What::Killed(_)));
    let used = |object: u32, since: usize| steps[since..].iter().any(|s| s.op().is_some_and(|op| op.object == object));
    kills.filter_map(|(at, s)| held(s.worker, at).filter(|queue| !used(*queue, at))).collect()
}

/// Every word of every object must be what the model says, not only the one that the last step touched.
fn compare_memory(execution: &Execution, program: &Program) -> Result<(), String> {
    let waiting = waiting_for_return(execution);
    for (number, object) in program.layout.objects.iter().enumerate() {
        if waiting.contains(&(number as u32)) {
            continue;
        }
        let words = match object.kind {
            Kind::Array { words, len } => words * len,
            Kind::Stream { .. } => 3,
            _ => 1,
        };
        for word in 0..words {
            let op = Op { action: Action::Load, object: number as u32, a: word as u64, b: 0 };
            let owner = |w: usize| execution.machine().owner_id(w);
            let mut wrong = None;
            execution.model.expected_memory(&op, &program.layout, owner, &mut |offset, bits, must| {
                let found = execution.machine().memory(offset).expect("real processes have memory");
                if found & bits != must & bits {
                    wrong = Some(format!("{} ({number}) holds {found:#x}, but must hold {must:#x}", object.name));
                }
            });
            if let Some(wrong) = wrong {
                return Err(wrong);
            }
        }
    }
    Ok(())
}

/// The steps and the ending of the same choices on simulated workers.
fn simulate(program: &Program, choices: &[Choice]) -> (Vec<Step>, Option<Ending>) {
    let answer = |_: usize, _: u64, _: u64| 0;
    let setting = setting(program, &answer);
    let mut machine = Simulated::new(program.workers.clone(), program.layout.clone());
    let mut execution = Execution::start(&mut machine, &setting).expect("simulated workers do not fail");
    for choice in choices {
        assert!(execution.pending(choice.worker()).is_some(), "{choice:?} is not possible on simulated workers");
        execution.take(*choice).expect("simulated workers do not fail");
    }
    (execution.steps.clone(), execution.ending())
}

#[test]
fn real_workers_do_what_the_model_says_under_random_schedules() {
    let mut machine = launch();
    let (mut steps, mut kills, mut returns, mut unfinished) = (0, 0, 0, 0);
    for seed in RANDOM_SEEDS {
        let program = program(seed);
        let answer = |_: usize, _: u64, _: u64| 0;
        let setting = setting(&program, &answer);
        machine.load(&scenario(seed, &program), &program.layout);
        // Rewound workers and fresh ones must do the same.
        machine.always_fork = seed % 4 == 0;
        for schedule in 0..SCHEDULES {
            let mut dice = Dice(seed << 32 | schedule << 16);
            let mut choices = Vec::new();
            let mut execution = Execution::start(&mut machine, &setting).expect("the workers start");
            let tell = |execution: &Execution, choices: &[Choice]| {
                format!("seed {seed}, choices {choices:?}, steps {:?}", execution.steps)
            };
            let mut waiting = 0;
            while let Some(choice) = random_choice(&execution, &mut dice) {
                choices.push(choice);
                execution.take(choice).expect("the grader does not fail");
                if let Err(why) = compare_memory(&execution, &program) {
                    panic!("{why}: {}", tell(&execution, &choices));
                }
                let now = waiting_for_return(&execution).len();
                returns += usize::from(now < waiting);
                waiting = now;
            }
            let ending = execution.ending();
            let broken = matches!(ending, Some(Ending::Broken(_) | Ending::TooLong));
            assert!(!broken, "{ending:?}: {}", tell(&execution, &choices));
            let simulated = simulate(&program, &choices);
            assert_eq!((&execution.steps, &ending), (&simulated.0, &simulated.1), "seed {seed}, {choices:?}");
            steps += execution.steps.len();
            kills += choices.iter().filter(|c| matches!(c, Choice::Kill(_))).count();
            unfinished += usize::from(ending != Some(Ending::Complete));
        }
    }
    let forks = machine.forks;
    println!(
        "{steps} steps, {kills} kills, {returns} returns of a dead worker's lease, {unfinished} without an end, {forks} forks"
    );
    // Kills and waits for ever must occur, or the test confronts less than it says.
    assert!(
        kills > 100 && returns > 10 && unfinished > 50,
        "{kills} kills, {returns} returns, {unfinished} without an end"
    );
}

/// All outcomes that the reduced search reaches.
fn explore(machine: &mut dyn Machine, program: &Program, executions: u64) -> (BTreeSet<u64>, Explored<String>) {
    let answer = |_: usize, _: u64, _: u64| 0;
    let limits = Limits { executions, victims: program.victims };
    let mut outcomes = BTreeSet::new();
    let mut judge = |run: &Run| {
        outcomes.insert(outcome(run));
        matches!(run.ending, Ending::Broken(_)).then(|| format!("{:?}", run.steps))
    };
    let explored = reduced::explore(machine, &setting(program, &answer), limits, Rules::ALL, &mut judge);
    (outcomes, explored.expect("the grader does not fail"))
}

#[test]
fn exploring_real_workers_reaches_the_outcomes_of_the_model() {
    let mut machine = launch();
    let (mut programs, mut executions, mut outcomes, mut with_kills) = (0, 0, 0, 0);
    for seed in EXPLORED_SEEDS {
        let program = program(seed);
        let mut simulated = Simulated::new(program.workers.clone(), program.layout.clone());
        let (expected, model) = explore(&mut simulated, &program, SMALL);
        if !model.complete {
            continue;
        }
        machine.load(&scenario(seed, &program), &program.layout);
        let (reached, real) = explore(&mut machine, &program, 2 * SMALL);
        assert_eq!(real.found.map(|found| found.finding), None, "seed {seed}: a worker broke");
        assert_eq!(real.diverged, None, "seed {seed}: a worker left its schedule");
        assert!(reached == expected, "seed {seed}: {} outcomes, the model has {}", reached.len(), expected.len());
        // The same searches over the same program: they must also take the same way.
        assert_eq!((real.complete, real.executions, real.redundant), (true, model.executions, model.redundant));
        programs += 1;
        executions += real.executions;
        outcomes += reached.len();
        with_kills += u32::from(program.victims != 0);
    }
    println!("{programs} programs ({with_kills} with kills), {executions} executions, {outcomes} outcomes");
    assert!(programs > 300 && with_kills > 100, "{programs} programs, {with_kills} with kills");
}

/// A machine that is never told what comes next: every step is a turn of its own.
struct StepByStep(Processes);

impl Machine for StepByStep {
    fn start(&mut self, _choices: Option<Vec<(Choice, Op)>>) -> anyhow::Result<Vec<Stop>> {
        self.0.start(None)
    }
    fn grant(&mut self, worker: usize, answer: u64) -> anyhow::Result<(u64, Stop)> {
        self.0.grant(worker, answer)
    }
    fn kill(&mut self, worker: usize) -> anyhow::Result<()> {
        self.0.kill(worker)
    }
    fn end(&mut self, worker: usize) {
        self.0.end(worker);
    }
    fn text(&self, worker: usize) -> String {
        self.0.text(worker)
    }
    fn respawn(&mut self, worker: usize) -> anyhow::Result<Stop> {
        self.0.respawn(worker)
    }
    fn data(&self, worker: usize) -> Vec<u64> {
        self.0.data(worker)
    }
    fn bytes(&self, worker: usize) -> Vec<u8> {
        self.0.bytes(worker)
    }
    fn memory(&self, offset: usize) -> Option<u64> {
        self.0.memory(offset)
    }
    fn owner_id(&self, worker: usize) -> u64 {
        self.0.owner_id(worker)
    }
}

/// Every execution's steps, in the order of the reduced search and of plain enumeration.
fn all_steps(machine: &mut dyn Machine, program: &Program) -> (Vec<Vec<Step>>, Vec<Ending>) {
    let answer = |_: usize, _: u64, _: u64| 0;
    let limits = Limits { executions: 20, victims: program.victims };
    let (mut steps, mut endings) = (Vec::new(), Vec::new());
    let mut judge = |run: &Run| -> Option<()> {
        steps.push(run.steps.to_vec());
        endings.push(run.ending.clone());
        None
    };
    let setting = setting(program, &answer);
    reduced::explore(machine, &setting, limits, Rules::ALL, &mut judge).expect("the grader does not fail");
    bounded::explore(machine, &setting, limits, Some(1), &mut judge).expect("the grader does not fail");
    (steps, endings)
}

/// Whether a program has only operations that may be done ahead, and no supervisor.
fn may_run_ahead(program: &Program) -> bool {
    let listed = |i: &Instruction| !matches!(i, Instruction::Do(op) if op.object >= QUEUE && op.object != NO_OBJECT);
    program.workers.iter().flatten().all(listed) && !program.layout.objects.iter().any(|o| o.kind == Kind::Crew)
}

#[test]
fn workers_that_run_ahead_take_the_same_steps() {
    let (mut machine, mut slow) = (launch(), StepByStep(launch()));
    let (mut executions, mut unfinished, mut turns) = (0, 0, (0, 0));
    for seed in EXPLORED_SEEDS {
        let program = program(seed);
        let before = (machine.turns, slow.0.turns);
        machine.load(&scenario(seed, &program), &program.layout);
        slow.0.load(&scenario(seed, &program), &program.layout);
        let (steps, endings) = all_steps(&mut machine, &program);
        let expected = all_steps(&mut slow, &program);
        assert_eq!((&steps, &endings), (&expected.0, &expected.1), "seed {seed}");
        executions += steps.len();
        unfinished += endings.iter().filter(|e| **e != Ending::Complete).count();
        if may_run_ahead(&program) {
            turns = (turns.0 + machine.turns - before.0, turns.1 + slow.0.turns - before.1);
        }
    }
    let (ahead, step_by_step) = turns;
    println!("{executions} executions, {unfinished} without an end; {ahead} turns, step by step {step_by_step}");
    assert!(executions > 3_000 && unfinished > 300, "{executions} executions, {unfinished} without an end");
    assert!(step_by_step > 1_000 && ahead * 5 < step_by_step * 4, "{ahead} turns, step by step {step_by_step}");
}
