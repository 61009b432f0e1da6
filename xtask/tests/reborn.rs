//! A worker that is started anew finds its connections ended, and so do their other sides: free as when stepped.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use grader::drive::execution::{Ending, Setting};
use grader::drive::free::{self, FreeEnd};
use grader::drive::processes::Processes;
use grader::drive::step::Step;
use grader::labs::{Scenario, role};
use grader::search::dependence::Rules;
use grader::search::{Limits, Run, reduced};
use shared::baton::Action;
use shared::header::Header;
use shared::testing::reborn::{CLIENT, SERVER, WORKERS, function, layout, tag};

/// Executions that the search may take; it needs far fewer.
const EXECUTIONS: u64 = 2_000;
/// Looks in a row after which a spinner waits.
const PATIENCE: u32 = 6;

fn header() -> Header {
    let mut roles = vec![role(function::WORKER, &[]); WORKERS];
    roles.push(role(function::SUPERVISOR, &[]));
    Header { roles, ..Header::default() }
}

/// What each worker must report. The client: its byte went; started anew, nothing goes and nothing comes, not even the byte that
/// its predecessor had not read. The server: both bytes, the end, and then nothing any more, before and after the fresh
/// client has tried.
fn expected() -> [Vec<(u64, u64)>; WORKERS] {
    let (sent, received) = (|did| (tag::SENT, did), |bytes| (tag::RECEIVED, bytes));
    let mut of = [const { Vec::new() }; WORKERS];
    of[CLIENT] = vec![sent(1), sent(0), received(0)];
    of[SERVER] = vec![sent(1), received(1), received(0), sent(0), received(0), sent(0), received(0)];
    of
}

#[test]
fn connections_stay_ended_when_running_free() {
    let scenario =
        Scenario { name: "reborn", header: header(), victims: 0, answer: |_, _, _| 0, hits: Vec::new(), compute_ns: 0 };
    // With and without tracing, which goes another way through a connection.
    for events in [0, 64] {
        let run = match free::run(&common::testlab(), &scenario, &layout(), events).expect("the test lab starts").end {
            FreeEnd::Done(run) => run,
            FreeEnd::Failed(why) => panic!("{events} events: {why}"),
        };
        assert_eq!(run.reports[..WORKERS], expected(), "{events} events");
    }
}

fn reports(steps: &[Step], worker: usize) -> Vec<(u64, u64)> {
    let own = steps.iter().filter(|step| step.worker == worker).filter_map(Step::op);
    own.filter(|op| op.action == Action::Report).map(|op| (op.a, op.b)).collect()
}

#[test]
fn connections_stay_ended_in_every_interleaving() {
    let layout = layout();
    let mut workers = Processes::launch(&common::testlab(), &header(), &layout).expect("the test lab starts");
    let answer = |_: usize, _: u64, _: u64| 0;
    let setting = Setting { layout: &layout, workers: WORKERS + 1, answer: &answer, patience: PATIENCE };
    let limits = Limits { executions: EXECUTIONS, victims: 0 };
    let mut judge = |run: &Run| {
        let told = [CLIENT, SERVER].map(|worker| reports(run.steps, worker));
        let right = *run.ending == Ending::Complete && told == expected();
        (!right).then(|| format!("{:?}: {told:?}", run.ending))
    };
    let explored = reduced::explore(&mut workers, &setting, limits, Rules::ALL, &mut judge).expect("no fault of ours");
    println!("{} executions", explored.executions);
    assert_eq!((explored.found.map(|found| found.finding), explored.diverged), (None, None));
    assert!(explored.complete && explored.executions > 1, "{} executions", explored.executions);
}
