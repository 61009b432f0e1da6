//! Steps in the lab's own words, numbered, with a mark where the turn passes to another worker.

use shared::baton::{Action, Op};
use shared::region::Layout;
use shared::words::queue::CLOSED;

use super::messages;
use crate::drive::machine::Broken;
use crate::drive::step::{Step, What};
use crate::labs::Lab;

/// `w1` for worker 0.
pub fn worker(number: usize) -> String {
    format!("w{}", number + 1)
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match &items[..] {
        [] => "nobody".into(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The lab's name of an object.
pub fn object(layout: &Layout, number: u32) -> String {
    let name = layout.objects.get(number as usize).map_or("?", |o| o.name.as_str());
    name.strip_suffix(".lock").map_or_else(|| name.to_owned(), |of| format!("the lock of `{of}`"))
}

/// One line of a story: one or more steps of one worker that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub worker: usize,
    /// What, without the worker's name.
    pub text: String,
    /// Where in the steps it begins.
    pub first: usize,
    /// Where in the steps it ends.
    pub last: usize,
}

/// The story of the steps.
pub fn story(lab: &Lab, layout: &Layout, steps: &[Step]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Some(text) = sentence(lab, layout, step) else { continue };
        match lines.last_mut() {
            // The words of one record are one line as long as nobody comes in between.
            Some(line) if line.worker == step.worker && line.text == text && is_plain(step) => line.last = at,
            _ => lines.push(Line { worker: step.worker, text, first: at, last: at }),
        }
    }
    shorten(lines)
}

/// More lines than this that say the same become one.
const REPEATS: usize = 3;

/// A worker that spins says the same hundreds of times: once, and how often, is enough.
fn shorten(lines: Vec<Line>) -> Vec<Line> {
    let same = |a: &Line, b: &Line| a.worker == b.worker && a.text == b.text;
    let runs = lines.chunk_by(same).map(|run| match run {
        [first, .., last] if run.len() > REPEATS => {
            let text = format!("{}, {} times", first.text, run.len());
            vec![Line { text, last: last.last, ..first.clone() }]
        }
        few => few.to_vec(),
    });
    runs.flatten().collect()
}

fn is_plain(step: &Step) -> bool {
    step.did(Action::ReadWord) || step.did(Action::WriteWord)
}

/// The number, from 1, of the line that a step is in, or that precedes it.
pub fn number_of(lines: &[Line], step: usize) -> usize {
    lines.iter().rposition(|l| l.first <= step).map_or(1, |at| at + 1)
}

/// What a step did, without the worker's name; nothing for steps that stories leave out.
pub fn sentence(lab: &Lab, layout: &Layout, step: &Step) -> Option<String> {
    match &step.what {
        What::Did(op) => did(lab, layout, op, step),
        What::Killed(op) => {
            let next = intent(lab, layout, op);
            Some(format!("is killed; next it would have {next}"))
        }
        What::Returned => None,
        What::Panicked(text) => Some(format!("panics: {text}")),
        What::Broke(Broken::Exited(code)) => Some(format!("ends the process with exit code {code}")),
        What::Broke(Broken::Spinning) => Some("computes on and on".into()),
        What::Broke(Broken::AsleepOutside(_)) => Some("falls asleep outside the toolkit".into()),
        What::Broke(_) => Some("leaves the toolkit's rules".into()),
    }
}

fn did(lab: &Lab, layout: &Layout, op: &Op, step: &Step) -> Option<String> {
    let name = object(layout, op.object);
    let result = step.result;
    Some(match op.action {
        Action::Load => format!("reads {name} = {result}"),
        Action::LoadAcquire => format!("reads {name} = {result} (acquire)"),
        Action::Store => format!("writes {name} = {}", op.b),
        Action::StoreRelease => format!("writes {name} = {} (release)", op.b),
        Action::CompareExchange if result == op.a => format!("exchanges {name}: {} becomes {}", op.a, op.b),
        Action::CompareExchange => format!("fails to exchange {name}: it is {result}, not {}", op.a),
        Action::FetchAdd => format!("adds {} to {name}, which was {result}", op.b as i64),
        Action::Lock if result == 1 => format!("takes {name}, left by a dead worker"),
        Action::Lock => format!("takes {name}"),
        Action::Unlock => format!("frees {name}"),
        Action::ReadWord => format!("reads {}", element(lab, &name, op.a)),
        Action::WriteWord => format!("writes {}", element(lab, &name, op.a)),
        Action::Arrive if result & 1 == 1 => format!("comes to {name}, the last one"),
        Action::Arrive => format!("comes to {name} and waits"),
        Action::Leave if result == 1 => format!("leaves {name}: those missing are dead"),
        Action::Leave => format!("leaves {name}"),
        Action::Note => format!("notes: {}", step.text.as_deref().unwrap_or("")),
        Action::Sleep => format!("sleeps {} ns", op.a),
        // Who looks at the end stands behind all others; who waits for another's beginning does not.
        Action::AwaitExit if op.a < 1 << step.worker => "looks at what is left, now that the others have ended".into(),
        Action::AwaitExit => format!("goes on, now that {}", ended(op.a)),
        Action::Put if result == CLOSED => format!("finds {name} closed"),
        Action::Put => format!("puts {} into {name}", items(lab, layout, op, step)),
        Action::Take | Action::TryTake if result == 1 => format!("takes {} from {name}", items(lab, layout, op, step)),
        Action::TryTake => format!("finds nothing in {name}"),
        Action::Lease if result > 0 => format!("leases {} from {name}", items(lab, layout, op, step)),
        Action::Take | Action::Lease => format!("learns that {name} is closed and done"),
        Action::Acknowledge => format!("acknowledges {} of {name}", items(lab, layout, op, step)),
        Action::GiveBack => format!("gives what it leased back to {name}"),
        Action::IsEmpty if result == 1 => format!("looks whether {name} is empty: it is"),
        Action::IsEmpty => format!("looks whether {name} is empty: it is not"),
        Action::Close => format!("closes {name}"),
        Action::Join => format!("learns that everything in {name} is done"),
        Action::Send | Action::TrySend | Action::Receive | Action::ReceiveAny | Action::HangUp => {
            messages::did(layout, op, step)
        }
        Action::CrewWait => format!("learns of the end of {}", workers(op.a)),
        Action::CrewNext => next_event(result),
        Action::CrewAlive => format!("looks who is alive: {}", workers(result)),
        Action::CrewRespawn => format!("starts {} anew", worker(op.a as usize)),
        Action::CrewKill if result == 1 => format!("kills {}", worker(op.a as usize)),
        Action::CrewKill => format!("wants to kill {}, which has ended", worker(op.a as usize)),
        Action::End => return None,
        Action::Compute | Action::Report => return (lab.say)(op, result),
    })
}

/// `w1 and w2 have ended`, for a bit set of workers.
fn ended(workers: u64) -> String {
    let each = list((0..64).filter(|w| workers >> w & 1 == 1).map(worker));
    format!("{each} {} ended", if workers.count_ones() == 1 { "has" } else { "have" })
}

/// `w1 and w2` for a bit set.
fn workers(set: u64) -> String {
    list((0..64).filter(|w| set >> w & 1 == 1).map(worker))
}

/// What a supervisor learns by [`Action::CrewNext`].
fn next_event(result: u64) -> String {
    match (result >> 1).checked_sub(1) {
        Some(who) if result & 1 == 1 => format!("learns that {} has died", worker(who as usize)),
        Some(who) => format!("learns that {} has ended", worker(who as usize)),
        None => "learns that nobody is left whose end it does not know".into(),
    }
}

/// `task 3`, `task 3 and task 4`: the items that a queue's step moved, as the lab names them.
fn items(lab: &Lab, layout: &Layout, op: &Op, step: &Step) -> String {
    if step.data.is_empty() {
        return "items".into();
    }
    let name = layout.objects.get(op.object as usize).map_or("?", |o| o.name.as_str());
    let words = step.data.len() / step.items.max(1);
    let names: Vec<String> = step.data.chunks(words.max(1)).map(|item| (lab.item_name)(name, item)).collect();
    let same = |same: &[String]| match same {
        [one] => one.clone(),
        many => format!("{} times {}", many.len(), many[0]),
    };
    list(names.chunk_by(|a, b| a == b).map(same))
}

/// `alerts[1]` for a word of that element: records are read and written as a whole in a story.
fn element(lab: &Lab, name: &str, word: u64) -> String {
    let full = (lab.word_name)(name, word);
    full.split_once('.').map_or(full.clone(), |(element, _)| element.to_owned())
}

/// What a worker was about to do, after "would have".
fn intent(lab: &Lab, layout: &Layout, op: &Op) -> String {
    let name = object(layout, op.object);
    match op.action {
        Action::Load | Action::LoadAcquire => format!("read {name}"),
        Action::Store | Action::StoreRelease => format!("written {name} = {}", op.b),
        Action::CompareExchange => format!("exchanged {name}"),
        Action::FetchAdd => format!("added to {name}"),
        Action::Lock => format!("taken {name}"),
        Action::Unlock => format!("freed {name}"),
        Action::ReadWord => format!("read {}", (lab.word_name)(&name, op.a)),
        Action::WriteWord => format!("written {}", (lab.word_name)(&name, op.a)),
        Action::Arrive => format!("come to {name}"),
        Action::Leave => format!("left {name}"),
        Action::Put => format!("put something into {name}"),
        Action::Take | Action::TryTake => format!("taken an item from {name}"),
        Action::Lease => format!("leased items from {name}"),
        Action::Acknowledge => format!("acknowledged what it leased from {name}"),
        Action::GiveBack => format!("given back what it leased from {name}"),
        Action::IsEmpty => format!("looked whether {name} is empty"),
        Action::Close => format!("closed {name}"),
        Action::Send | Action::TrySend | Action::Receive | Action::ReceiveAny | Action::HangUp => {
            messages::intent(layout, op)
        }
        Action::CrewWait | Action::CrewNext => "waited for the end of others".into(),
        Action::CrewKill => format!("killed {}", worker(op.a as usize)),
        Action::CrewRespawn => format!("started {} anew", worker(op.a as usize)),
        _ => "gone on".into(),
    }
}

/// The story as text, `~>` where the turn passes to another worker.
pub fn render(lines: &[Line], guilty: &[usize]) -> String {
    let mut text = String::new();
    let mut before = None;
    for (at, line) in lines.iter().enumerate() {
        let turn = if before.is_some_and(|w| w != line.worker) { "~>" } else { "  " };
        let mark = if guilty.iter().any(|g| number_of(lines, *g) == at + 1) { "  <--" } else { "" };
        text += &format!("  {turn} {:>2}  {} {}{mark}\n", at + 1, worker(line.worker), line.text);
        before = Some(line.worker);
    }
    text
}

/// Replaces `{0}`, `{1}` … by the numbers of the lines that the guilty steps are in.
pub fn number_steps(because: &str, guilty: &[usize], lines: &[Line]) -> String {
    guilty
        .iter()
        .enumerate()
        .fold(because.to_owned(), |text, (n, at)| text.replace(&format!("{{{n}}}"), &number_of(lines, *at).to_string()))
}
