//! What is wrong with a run whatever the lab: panics, early ends, hangs, deadlocks.

use shared::baton::{Action, Op};
use shared::region::Layout;

use crate::drive::execution::Ending;
use crate::drive::machine::Broken;
use crate::drive::model::{Life, Model, Queue, Thing};
use crate::drive::step::{Step, What};
use crate::drive::watch::HANG_CPU;
use crate::labs::Finding;
use crate::story::{messages, words};

/// The panic message that Rust's `todo!` gives.
pub const UNTOUCHED: &str = "not yet implemented";

/// What any lab would say against a run that ended like this.
pub fn refuse(steps: &[Step], ending: &Ending, model: Option<&Model>, layout: &Layout) -> Option<Finding> {
    match ending {
        Ending::Complete => None,
        Ending::Broken(worker) => {
            let last = steps.iter().rposition(|s| s.worker == *worker)?;
            Some(broken(*worker, &steps[last].what, last))
        }
        Ending::Deadlock(waiting) => Some(deadlock(steps, waiting, model, layout)),
        Ending::Livelock(spinning) => {
            let who = words::list(
                spinning
                    .iter()
                    .map(|(w, op)| format!("{} looks at {}", words::worker(*w), words::object(layout, op.object))),
            );
            Some(Finding::new(format!("for ever: {who}, again and again, and nobody is left to change it")))
        }
        Ending::TooLong => Some(Finding::new(format!("no end after {} steps", steps.len()))),
    }
}

/// The function is the starter's.
pub fn not_started() -> Finding {
    Finding { not_started: true, ..Finding::new("not started yet") }
}

fn broken(worker: usize, what: &What, at: usize) -> Finding {
    let who = words::worker(worker);
    let message = match what {
        What::Panicked(text) if text.contains(UNTOUCHED) => {
            return not_started();
        }
        What::Panicked(text) => format!("{who} panicked: {text}"),
        What::Broke(broken) => match broken {
            Broken::Exited(0) => format!("{who} left early: the process ended itself with exit code 0"),
            Broken::Exited(code) => format!("{who} left early: the process ended itself with exit code {code}"),
            Broken::Signal(signal) => format!("{who} was ended by signal {signal} ({})", signal_name(*signal)),
            Broken::Spinning => format!(
                "{who} hangs: it computed for {} seconds of its own processor time without one toolkit operation",
                HANG_CPU.as_secs_f64()
            ),
            Broken::AsleepOutside(call) => format!("{who} hangs: it sleeps outside the toolkit, in {call}"),
            Broken::SecondThread => {
                format!("{who} used the toolkit from a second thread; the explorer cannot see threads")
            }
            Broken::Unstoppable => format!("{who} caught the end of its execution and went on"),
            Broken::Tampered(why) => {
                format!("{who} left shared memory in a state its operations do not explain: {why}")
            }
        },
        _ => format!("{who} ended"),
    };
    Finding { guilty: vec![at], ..Finding::new(message) }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "a bad memory access, or the stack ran out",
        libc::SIGABRT => "abort: the stack ran out, or a destructor panicked during a panic",
        libc::SIGBUS => "a bad memory access",
        libc::SIGKILL => "killed from outside, perhaps for its memory",
        libc::SIGILL => "an illegal instruction",
        _ => "see signal(7)",
    }
}

/// Who waits for what, and why it will never come.
fn deadlock(steps: &[Step], waiting: &[(usize, Op)], model: Option<&Model>, layout: &Layout) -> Finding {
    let each = words::list(alike(waiting, model, layout).into_iter().map(|(what, workers)| {
        let who: Vec<String> = workers.into_iter().map(words::worker).collect();
        format!("{} {what}", who.join(", "))
    }));
    let dead = steps.iter().any(|s| matches!(s.what, What::Killed(_)));
    let who = if waiting.len() == 1 { "one waits for ever" } else { "everyone waits for ever" };
    let after = if dead { ", after a kill" } else { "" };
    let guilty = waiting.iter().filter_map(|(w, _)| steps.iter().rposition(|s| s.worker == *w)).collect();
    let finding = Finding { guilty, ..Finding::new(format!("{who}{after}: {each}")) };
    explain_returns(steps, layout, finding)
}

/// The workers that wait for the same thing, with the words for it.
fn alike(waiting: &[(usize, Op)], model: Option<&Model>, layout: &Layout) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (worker, op) in waiting {
        let what = wait_words(*worker, op, model, layout);
        match groups.iter_mut().find(|(words, _)| *words == what) {
            Some((_, workers)) => workers.push(*worker),
            None => groups.push((what, vec![*worker])),
        }
    }
    groups
}

/// A lease that was dropped is easily overlooked: nothing in the code says so.
fn explain_returns(steps: &[Step], layout: &Layout, finding: Finding) -> Finding {
    let Some(back) = steps.iter().position(|s| s.did(Action::GiveBack)) else { return finding };
    let queue = words::object(layout, steps[back].op().map_or(0, |op| op.object));
    let who = words::worker(steps[back].worker);
    let because =
        format!("At {{0}} {who} dropped a lease that it had not acknowledged, so its items went back to `{queue}`.");
    Finding { because, guilty: vec![back], ..finding }
}

fn wait_words(worker: usize, op: &Op, model: Option<&Model>, layout: &Layout) -> String {
    let name = words::object(layout, op.object);
    let thing = model.and_then(|m| m.things.get(op.object as usize));
    match (op.action, thing) {
        (Action::Lock, Some(Thing::Lock { owner: Some(owner), .. })) if *owner == worker => {
            format!("for {name}, which it holds itself")
        }
        (Action::Lock, Some(Thing::Lock { owner: Some(owner), .. })) => {
            let ended = model.is_some_and(|m| m.life[*owner] == Life::Ended);
            let gone = if ended { ", which has ended and never frees it" } else { "" };
            format!("for {name}, which {} holds{gone}", words::worker(*owner))
        }
        (Action::Leave, Some(Thing::Barrier { come, everyone, .. })) => {
            let model = model.expect("there is a thing");
            let missing = (0..model.life.len()).filter(|w| everyone >> w & 1 == 1 && come >> w & 1 == 0);
            let missing = words::list(missing.map(|w| {
                let ended = if model.life[w] == Life::Ended { " (which has ended)" } else { "" };
                format!("{}{ended}", words::worker(w))
            }));
            format!("at {name} for {missing}")
        }
        (Action::Put, _) => format!("for room in `{name}`, which is full"),
        (Action::Take | Action::Lease | Action::Join, Some(Thing::Queue(queue))) => {
            queue_words(worker, op, &name, queue, model.expect("there is a thing"))
        }
        (Action::CrewWait, _) => crew_words(op, "and", model),
        (Action::CrewNext, _) => crew_words(op, "or", model),
        (Action::AwaitExit, _) => "until the others have ended".to_owned(),
        (Action::Send | Action::Receive | Action::ReceiveAny, _) => messages::wait(layout, op),
        _ => format!("for {name}"),
    }
}

/// For whose end a supervisor waits.
fn crew_words(op: &Op, joined: &str, model: Option<&Model>) -> String {
    let gone = model.map_or(0, Model::gone);
    let missing: Vec<String> =
        (0..64).filter(|w| (op.a & !gone) >> w & 1 == 1).map(|w: usize| words::worker(w)).collect();
    format!("for the end of {}", missing.join(&format!(" {joined} ")))
}

/// What a worker waits for at a queue, and why nobody is left to bring it.
fn queue_words(worker: usize, op: &Op, name: &str, queue: &Queue, model: &Model) -> String {
    let holders: Vec<usize> = (0..queue.leases.len()).filter(|w| queue.is_leased_by(*w)).collect();
    let what = match op.action {
        Action::Join => format!("until everything in `{name}` is done"),
        _ => format!("for an item of `{name}`"),
    };
    if holders.contains(&worker) {
        return format!("{what}, but it holds a lease itself that it has not acknowledged");
    }
    let alive = |w: &usize| model.life[*w] == Life::Alive;
    if let Some(holder) = holders.iter().find(|w| alive(w)) {
        return format!("{what}, while {} holds a lease that it never acknowledges", words::worker(*holder));
    }
    match (op.action, queue.items.len()) {
        (Action::Join, left) if left > 0 => format!("{what}; {left} left, and nobody takes them"),
        _ if queue.closed => what,
        _ => format!("{what}, and nobody is left to put one or to close it"),
    }
}
