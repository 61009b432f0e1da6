//! What each worker of a free run did and when: from its events to totals and pictures.
//!
//! Observed by `shared::trace`; everything here is a pure function of the events.

pub mod html;
pub mod perfetto;
pub mod text;

use shared::baton::Action;
use shared::region::{Kind, Layout};
use shared::trace::Event;

use crate::story::words;

/// What a worker's time is spent on. An operation's time is from asking for it until it was done, waiting included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Computes: what the whole program is for.
    Works,
    /// Takes a lock.
    Lock,
    /// Puts into a queue or takes from it, until there is room or an item.
    Queue,
    /// Sends a message to another worker, such as a manager, or waits for one.
    Messages,
    /// Comes to a barrier, until all have come.
    Barrier,
    /// Reads and writes what is shared.
    Talks,
    /// Sleeps, or waits until others have ended.
    Waits,
}

/// How many activities there are.
pub const ACTIVITIES: usize = 7;

impl Activity {
    /// All of them.
    pub const ALL: [Activity; ACTIVITIES] = [
        Activity::Works,
        Activity::Lock,
        Activity::Queue,
        Activity::Messages,
        Activity::Barrier,
        Activity::Talks,
        Activity::Waits,
    ];

    /// As a word, for tables.
    pub fn name(self) -> &'static str {
        match self {
            Activity::Works => "works",
            Activity::Lock => "lock",
            Activity::Queue => "queue",
            Activity::Messages => "messages",
            Activity::Barrier => "barrier",
            Activity::Talks => "talks",
            Activity::Waits => "waits",
        }
    }

    /// As words for a legend.
    pub fn says(self) -> &'static str {
        match self {
            Activity::Works => "works",
            Activity::Lock => "takes a lock",
            Activity::Queue => "puts into a queue or takes from it",
            Activity::Messages => "sends a message or waits for one",
            Activity::Barrier => "waits at a barrier",
            Activity::Talks => "talks: flags, records",
            Activity::Waits => "sleeps, or waits for the end of others",
        }
    }
}

/// What an operation is; nothing for given code's own reports. A new kind of operation gets its activity here.
pub fn activity(action: u32) -> Option<Activity> {
    match Action::from_number(action)? {
        Action::Compute => Some(Activity::Works),
        Action::Lock => Some(Activity::Lock),
        Action::Put | Action::Take | Action::TryTake | Action::Lease | Action::Acknowledge => Some(Activity::Queue),
        Action::GiveBack | Action::IsEmpty | Action::Close | Action::Join => Some(Activity::Queue),
        Action::Send | Action::TrySend | Action::Receive | Action::ReceiveAny | Action::HangUp => {
            Some(Activity::Messages)
        }
        Action::Arrive | Action::Leave => Some(Activity::Barrier),
        Action::Sleep | Action::AwaitExit | Action::CrewWait | Action::CrewNext => Some(Activity::Waits),
        Action::CrewAlive | Action::CrewRespawn | Action::CrewKill => Some(Activity::Talks),
        Action::Note | Action::Report | Action::End => None,
        Action::Load | Action::LoadAcquire | Action::Store | Action::StoreRelease => Some(Activity::Talks),
        Action::CompareExchange | Action::FetchAdd | Action::Unlock => Some(Activity::Talks),
        Action::ReadWord | Action::WriteWord => Some(Activity::Talks),
    }
}

/// One worker's part.
pub struct Lane {
    /// Who.
    pub worker: usize,
    /// Its operations, in order.
    pub events: Vec<Event>,
    /// Later operations that did not fit into the trace.
    pub lost: u64,
    /// Nanoseconds from its first operation to its last.
    pub span: u64,
    /// Nanoseconds by activity, in the order of [`Activity::ALL`].
    pub spent: [u64; ACTIVITIES],
    /// Given code that looks at what the others left behind; its time is nobody's loss.
    pub looks_on: bool,
}

/// A write that changed a cell: a flag was raised, a counter moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raise {
    /// When, monotonic nanoseconds.
    pub at: u64,
    /// By whom.
    pub worker: usize,
    /// `stop = 3`.
    pub text: String,
}

/// A traced run.
pub struct Timeline {
    /// When the first operation began, monotonic nanoseconds.
    pub start: u64,
    /// When the last one ended.
    pub end: u64,
    /// One a worker that did something.
    pub lanes: Vec<Lane>,
    /// The writes that are drawn as lines, in order.
    pub raises: Vec<Raise>,
    /// Cells that were written too often to draw a line each time, and how often.
    pub crowded: Vec<(String, usize)>,
}

/// Cells written more often than this have no lines: they would hide everything else.
pub const MOST_LINES: usize = 40;

/// The timeline of a run from each worker's events and how many of them were lost; nothing when nobody did anything.
pub fn timeline(workers: Vec<(Vec<Event>, u64)>, layout: &Layout) -> Option<Timeline> {
    let all = || workers.iter().flat_map(|(events, _)| events);
    let start = all().map(|e| e.start).min()?;
    let end = all().map(|e| e.end).max()?.max(start + 1);
    let (raises, crowded) = raises(&workers, layout);
    let active = workers.into_iter().enumerate().filter(|(_, (events, _))| !events.is_empty());
    let lanes = active.map(|(worker, (events, lost))| lane(worker, events, lost)).collect();
    Some(Timeline { start, end, lanes, raises, crowded })
}

fn lane(worker: usize, events: Vec<Event>, lost: u64) -> Lane {
    let mut spent = [0; ACTIVITIES];
    for event in &events {
        if let Some(activity) = activity(event.action) {
            spent[activity as usize] += event.end - event.start;
        }
    }
    let span = events.last().map_or(0, |last| last.end - events[0].start);
    let looks_on = events.iter().any(|e| e.action == Action::AwaitExit as u32);
    Lane { worker, events, lost, span, spent, looks_on }
}

/// The writes that changed a cell, by time; those of cells that are written often only counted.
fn raises(workers: &[(Vec<Event>, u64)], layout: &Layout) -> (Vec<Raise>, Vec<(String, usize)>) {
    let (mut raises, mut crowded) = (Vec::new(), Vec::new());
    for (number, object) in layout.objects.iter().enumerate() {
        if !matches!(object.kind, Kind::Cell { .. }) {
            continue;
        }
        let name = words::object(layout, number as u32);
        let mut of_this: Vec<Raise> = Vec::new();
        for (worker, (events, _)) in workers.iter().enumerate() {
            let writes =
                events.iter().filter(|e| e.object as usize == number).filter_map(|e| Some((e.end, written(e)?)));
            of_this.extend(writes.map(|(at, value)| Raise { at, worker, text: format!("{name} = {value}") }));
        }
        match of_this.len() {
            count if count > MOST_LINES => crowded.push((name, count)),
            _ => raises.append(&mut of_this),
        }
    }
    raises.sort_by_key(|raise| raise.at);
    (raises, crowded)
}

/// What a write left in its cell; nothing for an exchange that failed and for everything that is no write.
fn written(event: &Event) -> Option<u64> {
    match Action::from_number(event.action)? {
        Action::Store | Action::StoreRelease => Some(event.b),
        Action::CompareExchange if event.result == event.a => Some(event.b),
        Action::FetchAdd => Some(event.result.wrapping_add(event.b)),
        _ => None,
    }
}

impl Lane {
    /// An activity's share of this worker's time, in percent.
    pub fn percent(&self, activity: Activity) -> f64 {
        100.0 * self.spent[activity as usize] as f64 / self.span.max(1) as f64
    }

    /// Nanoseconds in the worker's own code between two operations.
    pub fn between(&self) -> u64 {
        self.span.saturating_sub(self.spent.iter().sum())
    }

    /// What each of `count` equal pieces of the run was mostly spent on.
    pub fn pieces(&self, start: u64, end: u64, count: usize) -> Vec<Option<Activity>> {
        let length = (end - start).max(1);
        let mut spent = vec![[0u64; ACTIVITIES]; count];
        for event in &self.events {
            let Some(activity) = activity(event.action) else { continue };
            // An operation is spread over all pieces that it touches. One without length counts where it is, a little.
            let place = |at: u64| (u128::from(at - start) * count as u128) as u64;
            let (from, to) = (place(event.start), place(event.end).max(place(event.start) + 1));
            let (first, last) = ((from / length) as usize, ((to - 1) / length) as usize);
            for (at, piece) in spent.iter_mut().enumerate().take(last + 1).skip(first) {
                let begin = at as u64 * length;
                piece[activity as usize] += to.min(begin + length) - from.max(begin);
            }
        }
        spent.iter().map(most).collect()
    }
}

fn most(spent: &[u64; ACTIVITIES]) -> Option<Activity> {
    Activity::ALL.into_iter().filter(|a| spent[*a as usize] > 0).max_by_key(|a| spent[*a as usize])
}

impl Timeline {
    /// Nanoseconds from the first operation to the last.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }

    /// The workers' own time that was neither work nor their own code between two operations, in percent of all of it.
    pub fn lost_percent(&self) -> f64 {
        let workers = || self.lanes.iter().filter(|lane| !lane.looks_on);
        let all: u64 = workers().map(|lane| lane.span).sum();
        let lost: u64 = workers().flat_map(|lane| &lane.spent[1..]).sum();
        100.0 * lost as f64 / all.max(1) as f64
    }

    /// The activities that somebody spent time on.
    pub fn activities(&self) -> Vec<Activity> {
        let spent = |a: &Activity| self.lanes.iter().any(|lane| lane.spent[*a as usize] > 0);
        Activity::ALL.into_iter().filter(spent).collect()
    }

    /// A sentence to keep in mind when there were more workers than processors.
    pub fn shared_processors(&self, processors: f64) -> Option<String> {
        let workers = self.lanes.iter().filter(|lane| !lane.looks_on).count();
        (workers as f64 > processors).then(|| {
            format!("{workers} workers shared {processors} processors: whatever a worker did when it had to give its processor away looks longer than it was.")
        })
    }

    /// Sentences about what the picture leaves out.
    pub fn left_out(&self) -> Vec<String> {
        let lost = self.lanes.iter().filter(|lane| lane.lost > 0).map(|lane| {
            let name = words::worker(lane.worker);
            format!("{name}: {} later operations did not fit into the trace, and are missing here", lane.lost)
        });
        let crowded =
            self.crowded.iter().map(|(name, count)| format!("{name} was written {count} times: no lines for it"));
        lost.chain(crowded).collect()
    }
}

#[cfg(test)]
mod tests;
