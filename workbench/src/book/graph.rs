//! The graph of states of a small wrong program, as the explorer's machinery reaches them with real processes.
//!
//! Two states are one when everything shared is the same and every worker has taken the same steps with the same results:
//! then each goes on in the same way. Each edge is a step that was taken; each end was judged by the lab's own oracle, once
//! for every way in.

use std::collections::{HashMap, VecDeque};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::assess;
use crate::cmd::Source;
use crate::drive::execution::{Ending, Execution, PATIENCE, Setting};
use crate::drive::machine::Machine;
use crate::drive::model::{Model, Thing};
use crate::drive::processes::Processes;
use crate::drive::step::Choice;
use crate::labs::{self, Check, Lab, Scenario};
use crate::search::Run;
use crate::story::words;
use crate::submit::{compile, workspace};

/// A program whose graph the book shows.
pub struct Wanted {
    /// The graph's name.
    pub name: &'static str,
    /// What a page calls it.
    pub title: &'static str,
    lab: &'static str,
    scenario: &'static str,
    /// A given baseline, or a program of the book's own.
    program: Program,
}

enum Program {
    Baseline(&'static str),
    /// A folder below the checkout that a handout has, too: readers are told to replay it.
    Book(&'static str),
}

/// The graphs of the book.
pub const WANTED: &[Wanted] = &[
    Wanted {
        name: "lost-update",
        title: "The lost update: make 1 + 1 less than 2",
        lab: "lab0",
        scenario: "no-lost-update",
        program: Program::Book("docs/programs/lost-update"),
    },
    Wanted {
        name: "empty-then-get",
        title: "While the queue is not empty, get: lose a task, or wait for ever",
        lab: "lab1",
        scenario: "exactly-once-workers",
        program: Program::Baseline("is-empty"),
    },
    Wanted {
        name: "raw-claim",
        title: "The raw claim: let both workers win",
        lab: "lab3",
        scenario: "one-winner",
        program: Program::Baseline("raw"),
    },
    Wanted {
        name: "early-pill",
        title: "The early pill: send the workers home before all tasks are in",
        lab: "lab2",
        scenario: "exactly-once-producers",
        program: Program::Book("docs/programs/early-pill"),
    },
];

/// More states than this do not fit on a page.
const MOST_STATES: usize = 3_000;

/// States, and the steps between them. State 0 is the start.
#[derive(Serialize, Deserialize)]
pub struct Graph {
    /// Its name.
    pub name: String,
    /// What a page calls it.
    pub title: String,
    /// The lab.
    pub lab: String,
    /// The scenario, with which schedules begin.
    pub scenario: String,
    /// The command line's words for the program, after a blank.
    pub flags: String,
    /// How many workers.
    pub workers: usize,
    /// The states.
    pub nodes: Vec<Node>,
}

/// A state.
#[derive(Serialize, Deserialize)]
pub struct Node {
    /// The objects that are not as at the start, in words.
    pub memory: Vec<String>,
    /// What can be done.
    pub moves: Vec<Move>,
    /// Workers that wait, and for what.
    pub waits: Vec<(usize, String)>,
    /// The verdict, where nobody can go on.
    pub end: Option<End>,
}

/// A step of one worker.
#[derive(Serialize, Deserialize)]
pub struct Move {
    /// Who, from 0.
    pub worker: usize,
    /// What it does and what comes of it; more lines when steps that concern nobody else follow.
    pub says: Vec<String>,
    /// The state after it.
    pub to: usize,
}

/// The verdict on an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Whether nothing is wrong.
    pub right: bool,
    /// The verdict in a sentence.
    pub says: String,
}

/// Explores one program.
///
/// # Errors
/// When the program does not compile, is not deterministic, has too many states, or something of ours fails.
pub fn export(wanted: &Wanted) -> Result<Graph> {
    let lab = labs::LABS.iter().find(|l| l.name == wanted.lab).context("an unknown lab")?;
    let source = match wanted.program {
        Program::Book(folder) => Source { path: Some(workspace::root().join(folder)), ..Source::default() },
        Program::Baseline(name) => {
            let offset = lab.baselines.iter().find(|(n, _)| *n == name).map(|(_, o)| *o);
            // The solution's other functions: a baseline never depends on what the reader has written.
            Source { solution: true, path: None, baseline: Some(offset.context("an unknown baseline")?) }
        }
    };
    let (mut scenario, check, judge) = find(lab, wanted.scenario)?;
    source.adapt(lab, &mut scenario);
    let Some(program) = source.compile(lab, &compile::toolkit()?)? else {
        bail!("{}: it does not compile", wanted.name)
    };
    let layout = (lab.layout)(&scenario.header);
    let answer = |_: usize, a: u64, b: u64| (scenario.answer)(&scenario, a, b);
    let setting = Setting { layout: &layout, workers: scenario.workers(), answer: &answer, patience: PATIENCE };
    assess::pin_here();
    let mut machine = Processes::launch(&program.binary, &scenario.header, &layout)?;
    let refuse = |run: &Run| check.judge.refuse(run.steps, run.ending, Some(run.model), &layout);
    let judged = |run: &Run| refuse(run).or_else(|| judge(&scenario, run));
    let nodes = Explorer { lab, setting: &setting, judge: &judged }.explore(&mut machine)?;
    Ok(Graph {
        name: wanted.name.into(),
        title: wanted.title.into(),
        lab: lab.name.into(),
        scenario: scenario.name.into(),
        flags: match wanted.program {
            Program::Baseline(name) => format!(" --baseline {name}"),
            Program::Book(folder) => format!(" --path {folder}"),
        },
        workers: scenario.workers(),
        nodes,
    })
}

type EveryJudge = fn(&Scenario, &Run) -> Option<labs::Finding>;

fn find(lab: &Lab, name: &str) -> Result<(Scenario, &'static Check, EveryJudge)> {
    for check in lab.checks {
        let Some(judge) = check.judge.of_every() else { continue };
        let seed = crate::story::schedule::USUAL_SEED;
        if let Some(scenario) = (check.scenarios)(seed).into_iter().find(|s| s.name == name) {
            return Ok((scenario, check, judge));
        }
    }
    bail!("{} has no explored scenario `{name}`", lab.name)
}

struct Explorer<'e> {
    lab: &'e Lab,
    setting: &'e Setting<'e>,
    judge: &'e dyn Fn(&Run) -> Option<labs::Finding>,
}

impl Explorer<'_> {
    /// Breadth first: each step of each state is taken once, after its state's first path.
    fn explore(&self, machine: &mut dyn Machine) -> Result<Vec<Node>> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut paths: VecDeque<(usize, Vec<Choice>)> = VecDeque::new();
        {
            let start = Execution::start(machine, self.setting)?;
            known.insert(key(&start), 0);
            nodes.push(self.node(&start, &[]));
        }
        paths.push_back((0, Vec::new()));
        while let Some((from, path)) = paths.pop_front() {
            let enabled = self.play(machine, &path)?.enabled();
            for worker in (0..self.setting.workers).filter(|w| enabled >> w & 1 == 1) {
                let mut execution = self.play(machine, &path)?;
                let before = execution.steps.len();
                execution.take(Choice::Run(worker))?;
                let mut longer = path.clone();
                longer.push(Choice::Run(worker));
                let found = self.node(&execution, &longer);
                let to = match known.get(&key(&execution)) {
                    Some(to) if nodes[*to].end == found.end => *to,
                    Some(_) => bail!("a state was judged in two ways: its verdict depends on the order of its steps"),
                    None => {
                        known.insert(key(&execution), nodes.len());
                        nodes.push(found);
                        paths.push_back((nodes.len() - 1, longer));
                        nodes.len() - 1
                    }
                };
                if nodes.len() > MOST_STATES {
                    bail!("more than {MOST_STATES} states: choose a smaller scenario");
                }
                let steps = execution.steps[before..].iter();
                let says = steps.filter_map(|s| words::sentence(self.lab, self.setting.layout, s)).collect();
                nodes[from].moves.push(Move { worker, says, to });
            }
        }
        Ok(nodes)
    }

    fn play<'m>(&'m self, machine: &'m mut dyn Machine, path: &[Choice]) -> Result<Execution<'m>> {
        let mut execution = Execution::start(machine, self.setting)?;
        for choice in path {
            if execution.enabled() >> choice.worker() & 1 == 0 {
                bail!("a path cannot be taken twice: the program is not deterministic");
            }
            execution.take(*choice)?;
        }
        Ok(execution)
    }

    fn node(&self, execution: &Execution, path: &[Choice]) -> Node {
        let enabled = execution.enabled();
        let waiting = (0..self.setting.workers).filter(|w| enabled >> w & 1 == 0);
        let waits = waiting.filter_map(|w| execution.pending(w).map(|op| (w, self.wanted(op))));
        let memory = self.memory(&execution.model);
        Node { memory, moves: Vec::new(), waits: waits.collect(), end: self.end(execution, path) }
    }

    fn wanted(&self, op: &shared::baton::Op) -> String {
        match op.object {
            shared::baton::NO_OBJECT => "others to end".into(),
            object => words::object(self.setting.layout, object),
        }
    }

    fn end(&self, execution: &Execution, path: &[Choice]) -> Option<End> {
        let ending: Ending = execution.ending()?;
        let run = Run { steps: &execution.steps, ending: &ending, model: &execution.model, schedule: path };
        Some(match (self.judge)(&run) {
            Some(finding) => End { right: false, says: finding.message },
            None => End { right: true, says: "nothing is wrong with this interleaving".into() },
        })
    }

    /// What is in shared memory, where it is not as at the start.
    fn memory(&self, model: &Model) -> Vec<String> {
        let start = Model::new(self.setting.layout, self.setting.workers);
        let things = model.things.iter().zip(&start.things).enumerate();
        let changed = things.filter(|(_, (now, before))| now != before);
        changed
            .filter_map(|(at, (now, _))| {
                Some(format!("{} {}", words::object(self.setting.layout, at as u32), thing(now)?))
            })
            .collect()
    }
}

/// An object's state in words; nothing where words would not help.
fn thing(thing: &Thing) -> Option<String> {
    Some(match thing {
        Thing::Cell(value) => format!("= {value}"),
        Thing::Lock { owner, .. } => format!("is held by {}", words::worker((*owner)?)),
        Thing::Array(words) => format!("= {words:?}"),
        Thing::Queue(queue) => {
            let closed = if queue.closed { ", closed" } else { "" };
            format!("holds {}{closed}", queue.items.len())
        }
        Thing::Barrier { come, .. } => format!("has {} waiting", come.count_ones()),
        Thing::Stream(_) | Thing::Crew => return None,
    })
}

/// What tells states apart: everything shared, and each worker's own steps.
fn key(execution: &Execution) -> String {
    let mine = |w: usize| execution.steps.iter().filter(|s| s.worker == w).collect::<Vec<_>>();
    let workers: Vec<_> = (0..execution.model.life.len()).map(mine).collect();
    format!("{:?} {:?} {workers:?}", execution.model.things, execution.model.life)
}
