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
use crate::measured::explorer::{FILE, FORKED, HOG, KILLED, REWOUND, Record, Row};
use crate::measured::keep;
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::search::dependence::Rules;
use crate::search::{Limits, Run, reduced, replay};
use crate::submit::{compile, pricelab};
use crate::timing::gate;

/// What is measured.
const WAYS: [&str; 4] = [REWOUND, FORKED, KILLED, HOG];

/// What to measure.
pub struct Options<'o> {
    /// Only with so many workers.
    pub workers: Option<u32>,
    /// Only this way.
    pub way: Option<&'o str>,
    /// How long each measurement takes.
    pub span: Duration,
    /// Whether the result is kept.
    pub record: bool,
}

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

/// Executions a second of a lab's solution with 2 to 4 workers.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: &'static Lab, options: &Options) -> Result<Code> {
    let started = Started::now();
    let source = Source { solution: true, ..Source::default() };
    let toolkit = compile::toolkit()?;
    let Some(program) = source.compile(lab, &toolkit)? else { return Ok(Code::Fail) };
    let spinner = pricelab::program()?;
    // The hog, too, is kept where this thread is: on another processor it would be in nobody's way.
    assess::pin_here();
    let mut rows = Vec::new();
    for workers in (2..=4).filter(|n| options.workers.is_none_or(|only| only == *n)) {
        let scenario = (lab.bench)(workers as usize);
        for way in WAYS.into_iter().filter(|w| options.way.is_none_or(|only| only == *w)) {
            eprintln!("{} x {workers}, {way} …", scenario.name);
            let hog = (way == HOG).then(|| pricelab::Hog::start(&spinner, "hog")).transpose()?;
            let done = measure(lab, &program.binary, &scenario, way, options.span)?;
            drop(hog);
            rows.push(row(scenario.name, workers, way, &done));
        }
    }
    let span_ms = options.span.as_millis() as u64;
    let provenance = started.here(&format!("cargo xtask bench explorer --span {span_ms}"));
    let done = Record { schema: SCHEMA, provenance, span_ms, rows };
    print!("{}", done.table());
    println!("CPU: user and system, grader and workers together.");
    if options.record {
        keep(FILE, &done)?;
    }
    Ok(Code::Pass)
}

fn row(scenario: &str, workers: u32, way: &str, done: &Done) -> Row {
    let each = |total: u64| total as f64 / done.executions as f64;
    Row {
        scenario: scenario.to_owned(),
        workers,
        way: way.to_owned(),
        per_second: done.executions as f64 / done.elapsed.as_secs_f64(),
        cpu_us: done.cpu.as_secs_f64() * 1e6 / done.executions as f64,
        steps: each(done.steps),
        turns: each(done.turns),
        forks: each(done.forks),
    }
}

fn measure(lab: &Lab, binary: &std::path::Path, scenario: &Scenario, way: &str, span: Duration) -> Result<Done> {
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    let (cpu, started) = (gate::own_cpu()?, Instant::now());
    let mut machine = Processes::launch(binary, &scenario.header, &layout)?;
    machine.always_fork = way == FORKED;
    let mut done = Done::default();
    while started.elapsed() < span {
        match way {
            KILLED => kills(&mut machine, &setting, started, span, &mut done)?,
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
