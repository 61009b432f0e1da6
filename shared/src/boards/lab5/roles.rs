//! What lab 5's given roles do: feed, ask a student's functions the grader's questions, let all architectures run in turn.

use super::{ARCHITECTURES, Board, Boards, FREE_EVERY, Functions, Job, Row, Span, Task, question, tag};
use crate::baton::{Action, NO_OBJECT, Op, ask};
use crate::process;
use crate::sys::monotonic_ns;
use crate::words::queue::MAX_BATCH;

/// Puts all tasks into the queue, as many in a step as there is room for, and closes it.
pub(super) fn feed(b: &Board, j: &Job) {
    let all: Vec<Task> = (0..j.tasks).map(|n| Task { n }).collect();
    all.chunks(MAX_BATCH).for_each(|tasks| b.tasks.put_all(tasks).expect("only the feeder closes the queue"));
    b.tasks.close();
}

/// What the grader answers; only stepped runs have one.
fn asked(a: u64, b: u64) -> u64 {
    let op = Op { action: Action::Compute, object: NO_OBJECT, a, b };
    ask(op, &mut || panic!("only the grader knows"))
}

/// Lets `measure` time trials that take as long as the grader says.
pub(super) fn measure(functions: &Functions, case: u64, warmup: usize, repeats: usize) {
    let mut trials = 0;
    let mut trial = || {
        trials += 1;
        asked(question::TRIAL + case, trials - 1) as f64
    };
    let stats = (functions.measure)(&mut trial, warmup, repeats);
    for (tag, value) in tag::STATS.into_iter().zip([stats.fastest, stats.median, stats.slowest]) {
        process::report(tag, value.to_bits());
    }
}

/// Lets `fit` learn from the grader's rows, and `predict` answer its questions.
pub(super) fn predict(functions: &Functions, case: u64, rows: u64, questions: u64) {
    let word = |at| asked(question::ROW + case, at);
    let row = |at| Row {
        p: word(4 * at) as u32,
        tasks: word(4 * at + 1),
        task_ns: word(4 * at + 2) as f64,
        took_ns: word(4 * at + 3) as f64,
    };
    let rows: Vec<Row> = (0..rows).map(row).collect();
    let cost = (functions.fit)(&rows);
    process::report(tag::MESSAGE, cost.message_ns.to_bits());
    for at in 0..questions {
        let [p, tasks, task_ns] = [0, 1, 2].map(|word| asked(question::ASK + case, 3 * at + word));
        let predicted = (functions.predict)(&cost, p as u32, tasks, task_ns as f64);
        process::report(tag::PREDICTED, predicted.to_bits());
    }
}

/// All architectures after one another, each from meeting to meeting, on both kinds of tasks, round after round.
pub(super) fn compare(functions: &Functions, boards: &Boards, me: u32) {
    for (kind, b) in boards.each.iter().flat_map(|round| (0..2).zip(round)) {
        let j = boards.job(me, kind);
        for architecture in 0..ARCHITECTURES.len() {
            boards.gate.wait();
            let start = monotonic_ns();
            let part = match architecture {
                0 => {
                    if me == 0 {
                        (0..j.tasks).map(|n| j.solve(n)).sum()
                    } else {
                        0
                    }
                }
                1 => (functions.pure_parallel)(b, &j),
                2 => (functions.queue_heavy)(b, &j),
                3 => {
                    (functions.shared_lock)(b, &j);
                    0
                }
                _ => (functions.quiet)(b, &j, FREE_EVERY, u64::MAX),
            };
            boards.clock.set(me as usize, Span { start, end: monotonic_ns() });
            boards.gate.wait();
            let at = 10 * kind as u64 + architecture as u64;
            let shared = if me == 0 && architecture == 3 { b.total.raw().get() } else { 0 };
            process::report(tag::ANSWER + at, part + shared);
            if me == 0 {
                process::report(tag::TIME + at, boards.took());
                b.total.set(0);
            }
        }
    }
}

/// The feeder comes to every meeting, and feeds when it is the queue's turn.
pub(super) fn feed_compare(boards: &Boards, me: u32) {
    for (kind, b) in boards.each.iter().flat_map(|round| (0..2).zip(round)) {
        for architecture in ARCHITECTURES {
            boards.gate.wait();
            if architecture == "queue_heavy" {
                feed(b, &boards.job(me, kind));
            }
            boards.gate.wait();
        }
    }
}
