//! `cargo xtask bench explorer`: executions a second, and what each costs in processor time.
//!
//! The rate is what a student waits for, and depends on what else the machine does; the processor time of grader and
//! workers together hardly does, so versions are compared by it.

use std::time::{Duration, Instant};

use anyhow::Result;
use shared::baton::Op;

use crate::assess;
use crate::cli::Code;
use crate::cmd::Source;
use crate::drive::execution::{Execution, PATIENCE, Setting};
use crate::drive::processes::Processes;
use crate::drive::step::{Choice, Step, is_local};
use crate::labs::{Lab, Scenario};
use crate::search::dependence::Rules;
use crate::search::{Limits, Run, reduced, replay};
use crate::submit::{compile, pricelab};
use crate::timing::gate;

/// What is measured: workers rewound; forked anew; one killed in every execution; rewound beside a program that spins.
pub const WAYS: [&str; 4] = ["rewound", "forked", "killed", "beside a hog"];
const HOG: &str = WAYS[3];

/// What one measurement did.
#[derive(Default)]
struct Done {
    executions: u64,
    steps: u64,
    turns: u64,
    forks: u64,
    elapsed: Duration,
    cpu: Duration,
}

/// Executions a second of a lab's solution with 2 to 4 workers; `workers` and `way`: only these.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, workers: Option<u32>, way: Option<&str>, span: Duration) -> Result<Code> {
    let source = Source { solution: true, ..Source::default() };
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let spinner = pricelab::program()?;
    // The hog, too, is kept where this thread is: on another processor it would be in nobody's way.
    assess::pin_here();
    println!(
        "{:<12} {:<14} {:>13} {:>12} {:>7} {:>7} {:>7}",
        "scenario", "way", "executions/s", "CPU us each", "steps", "turns", "forks"
    );
    for workers in (2..=4).filter(|n| workers.is_none_or(|only| only as usize == *n)) {
        let scenario = (lab.bench)(workers);
        for way in WAYS.into_iter().filter(|w| way.is_none_or(|only| only == *w)) {
            let hog = (way == HOG).then(|| pricelab::Hog::start(&spinner, "hog")).transpose()?;
            let done = measure(lab, &program.binary, &scenario, way, span)?;
            drop(hog);
            show(&format!("{} x {workers}", scenario.name), way, &done);
        }
    }
    println!("CPU: user and system, grader and workers together.");
    Ok(Code::Pass)
}

fn show(name: &str, way: &str, done: &Done) {
    let each = |total: u64| total as f64 / done.executions as f64;
    println!(
        "{name:<12} {way:<14} {:>13.0} {:>12.1} {:>7.1} {:>7.1} {:>7.2}",
        done.executions as f64 / done.elapsed.as_secs_f64(),
        done.cpu.as_secs_f64() * 1e6 / done.executions as f64,
        each(done.steps),
        each(done.turns),
        each(done.forks)
    );
}

fn measure(lab: &Lab, binary: &std::path::Path, scenario: &Scenario, way: &str, span: Duration) -> Result<Done> {
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let (cpu, started) = (gate::own_cpu()?, Instant::now());
    let mut machine = Processes::launch(binary, &scenario.header, &layout)?;
    machine.always_fork = way == "forked";
    let mut done = Done::default();
    while started.elapsed() < span {
        match way {
            "killed" => kills(&mut machine, &setting, started, span, &mut done)?,
            _ => exploration(&mut machine, &setting, scenario, started, span, &mut done)?,
        }
    }
    done.elapsed = started.elapsed();
    (done.turns, done.forks) = (machine.turns, machine.forks);
    // What the workers have used is known when they have been reaped.
    drop(machine);
    done.cpu = gate::own_cpu()? - cpu;
    Ok(done)
}

/// One whole exploration, or what the span leaves of it: one of four workers is longer than a measurement.
fn exploration(
    machine: &mut Processes,
    setting: &Setting,
    scenario: &Scenario,
    started: Instant,
    span: Duration,
    done: &mut Done,
) -> Result<()> {
    // What was learnt in one exploration must not make the next one faster.
    machine.load(&scenario.header, setting.layout);
    let limits = Limits { executions: u64::MAX, victims: scenario.victims };
    let mut count = |run: &Run| -> Option<()> {
        done.steps += run.steps.len() as u64;
        (started.elapsed() >= span).then_some(())
    };
    done.executions += reduced::explore(machine, setting, limits, Rules::ALL, &mut count)?.executions;
    Ok(())
}

/// Executions in which worker 1 is killed, each time one step later.
fn kills(machine: &mut Processes, setting: &Setting, started: Instant, span: Duration, done: &mut Done) -> Result<()> {
    let mut undisturbed = Execution::start(machine, setting)?;
    replay::play(&mut undisturbed, &[])?;
    let shared = undisturbed.steps.iter().filter(|s| s.worker == 0).filter_map(Step::op);
    let ops: Vec<Op> = shared.filter(|op| !is_local(op.action)).copied().collect();
    while started.elapsed() < span {
        let before = done.executions as usize % 6;
        let runs = ops.iter().take(before).map(|op| (Choice::Run(0), *op));
        let choices: Vec<(Choice, Op)> = runs.chain([(Choice::Kill(0), ops[before])]).collect();
        let schedule: Vec<Choice> = choices.iter().map(|(choice, _)| *choice).collect();
        let mut execution = Execution::start_towards(machine, setting, choices)?;
        replay::play(&mut execution, &schedule)?;
        done.steps += execution.steps.len() as u64;
        done.executions += 1;
    }
    Ok(())
}
