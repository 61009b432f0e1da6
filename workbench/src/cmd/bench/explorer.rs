//! `cargo xtask bench explorer`: executions a second.

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
use crate::submit::compile;

/// How long each measurement goes on.
const SPAN: Duration = Duration::from_millis(1_500);

/// Executions a second of a lab's solution: rewound, forked anew, with a kill in every execution; 2 to 4 workers.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab) -> Result<Code> {
    let source = Source { solution: true, ..Source::default() };
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    assess::pin_here();
    println!("{:<26} {:>14} {:>9} {:>9} {:>12}", "scenario", "executions/s", "steps", "turns", "way");
    for workers in 2..=4 {
        let scenario = (lab.bench)(workers);
        let layout = (lab.layout)(&scenario.header);
        let answer = |_: usize, a: u64, b: u64| (scenario.answer)(&scenario, a, b);
        let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
        for way in ["rewound", "forked", "killed"] {
            let mut machine = Processes::launch(&program.binary, &scenario.header, &layout)?;
            machine.always_fork = way == "forked";
            let (executions, steps) = match way {
                "killed" => kills(&mut machine, &setting)?,
                _ => explorations(&mut machine, &setting, &scenario)?,
            };
            let rate = executions as f64 / SPAN.as_secs_f64();
            println!(
                "{:<26} {rate:>14.0} {:>9.1} {:>9.1} {way:>12}",
                format!("{} x {workers}", scenario.name),
                steps as f64 / executions as f64,
                machine.turns as f64 / executions as f64
            );
        }
    }
    Ok(Code::Pass)
}

/// Whole explorations, one after the other.
fn explorations(machine: &mut Processes, setting: &Setting, scenario: &Scenario) -> Result<(u64, u64)> {
    let started = Instant::now();
    let limits = Limits { executions: u64::MAX, victims: scenario.victims };
    let (mut executions, mut steps) = (0, 0);
    while started.elapsed() < SPAN {
        let mut count = |run: &Run| -> Option<()> {
            steps += run.steps.len() as u64;
            // The clock is looked at once an execution: an exploration of four workers is longer than the measurement.
            (started.elapsed() >= SPAN).then_some(())
        };
        // What was learnt in one exploration must not make the next one faster.
        machine.load(&scenario.header, setting.layout);
        executions += reduced::explore(machine, setting, limits, Rules::ALL, &mut count)?.executions;
    }
    Ok((executions, steps))
}

/// Executions in which worker 1 is killed, each time one step later.
fn kills(machine: &mut Processes, setting: &Setting) -> Result<(u64, u64)> {
    let mut undisturbed = Execution::start(machine, setting)?;
    replay::play(&mut undisturbed, &[])?;
    let shared = undisturbed.steps.iter().filter(|s| s.worker == 0).filter_map(Step::op);
    let ops: Vec<Op> = shared.filter(|op| !is_local(op.action)).copied().collect();
    let started = Instant::now();
    let (mut executions, mut steps) = (0, 0);
    while started.elapsed() < SPAN {
        let before = executions as usize % 6;
        let runs = ops.iter().take(before).map(|op| (Choice::Run(0), *op));
        let choices: Vec<(Choice, Op)> = runs.chain([(Choice::Kill(0), ops[before])]).collect();
        let schedule: Vec<Choice> = choices.iter().map(|(choice, _)| *choice).collect();
        let mut execution = Execution::start_towards(machine, setting, choices)?;
        replay::play(&mut execution, &schedule)?;
        steps += execution.steps.len() as u64;
        executions += 1;
    }
    Ok((executions, steps))
}
