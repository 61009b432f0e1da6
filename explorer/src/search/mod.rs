//! Who goes next: the schedulers over [`crate::drive`].
//!
//! [`reduced`] visits every interleaving up to the order of independent steps, kills included. [`bounded`] enumerates
//! plainly under a bound on preemptions: the fallback when the budget is spent, the brute force that [`reduced`] is
//! tested against, and the way to the shortest story. [`replay`] follows a given schedule.

pub mod bounded;
pub mod dependence;
pub mod reduced;
pub mod replay;
pub mod soundness;
pub mod vacuous;

use anyhow::Result;

use crate::drive::execution::Ending;
use crate::drive::model::Model;
use crate::drive::step::{Choice, Step};

/// A finished execution, as a judge sees it.
pub struct Run<'r> {
    /// What was granted.
    pub steps: &'r [Step],
    /// How it ended.
    pub ending: &'r Ending,
    /// What is left in shared memory.
    pub model: &'r Model,
    /// The choices that led here.
    pub schedule: &'r [Choice],
}

/// What to explore, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most executions. Never seconds: a verdict must not depend on how busy the machine is.
    pub executions: u64,
    /// Bit set of the workers of which one may be killed.
    pub victims: u64,
}

/// The first execution that the judge refused.
#[derive(Clone, Debug)]
pub struct Found<F> {
    /// What the judge said.
    pub finding: F,
    /// How to get there again.
    pub schedule: Vec<Choice>,
    /// What happened.
    pub steps: Vec<Step>,
    /// In which execution it was found, from 1.
    pub execution: u64,
}

/// What an exploration did.
#[derive(Clone, Debug)]
pub struct Explored<F> {
    /// Executions run, those included that turned out to repeat an earlier one.
    pub executions: u64,
    /// Executions cut short because they would only have repeated an earlier one.
    pub redundant: u64,
    /// Whether everything was visited.
    pub complete: bool,
    /// The preemption bound, when the search was bounded.
    pub bound: Option<u32>,
    /// The first execution that was refused; the search ends there.
    pub found: Option<Found<F>>,
    /// A run left its schedule: which step, and what differed.
    pub diverged: Option<String>,
}

impl<F> Default for Explored<F> {
    fn default() -> Self {
        Explored { executions: 0, redundant: 0, complete: false, bound: None, found: None, diverged: None }
    }
}

/// Lets a search that only asks whether a run is refused work for a judge that says why.
fn with_findings<F>(
    judge: &mut dyn FnMut(&Run) -> Option<F>,
    search: impl FnOnce(&mut dyn FnMut(&Run) -> bool) -> Result<Explored<()>>,
) -> Result<Explored<F>> {
    let mut finding = None;
    let explored = search(&mut |run| {
        finding = judge(run);
        finding.is_some()
    })?;
    let found = explored.found.zip(finding).map(|(at, finding)| Found {
        finding,
        schedule: at.schedule,
        steps: at.steps,
        execution: at.execution,
    });
    let Explored { executions, redundant, complete, bound, diverged, .. } = explored;
    Ok(Explored { executions, redundant, complete, bound, found, diverged })
}
