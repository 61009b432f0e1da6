//! Sequential objects for [`linear`](super::linear): a queue, and the manager's store.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::{Display, Formatter, Result};

use super::linear::Spec;

/// A first-in, first-out queue that can be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fifo {
    /// How many items fit; a `put` into a full queue waits.
    pub capacity: usize,
}

/// What can be asked of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueCall {
    /// Put an item at the end.
    Put(u64),
    /// Take the first item; wait while there is none and the queue is open.
    Get,
    /// Take the first item if there is one.
    TryGet,
    /// From now on nothing can be put in; what is there can be taken.
    Close,
}

/// What a queue answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueAnswer {
    /// It is put in, or closed.
    Done,
    /// The item.
    Item(u64),
    /// `try_get` found nothing.
    Nothing,
    /// The queue is closed (and, for `get`, empty).
    Closed,
    /// The call would wait: no finished operation answers this.
    Waits,
}

impl Spec for Fifo {
    /// The items, the first one in front, and whether the queue is closed.
    type State = (VecDeque<u64>, bool);
    type Call = QueueCall;
    type Answer = QueueAnswer;

    fn initial(&self) -> Self::State {
        (VecDeque::new(), false)
    }

    fn apply(&self, state: &Self::State, call: &QueueCall) -> (Self::State, QueueAnswer) {
        let (mut items, mut closed) = state.clone();
        let answer = match call {
            QueueCall::Put(_) if closed => QueueAnswer::Closed,
            QueueCall::Put(_) if items.len() >= self.capacity => QueueAnswer::Waits,
            QueueCall::Put(item) => {
                items.push_back(*item);
                QueueAnswer::Done
            }
            QueueCall::Get => {
                let none = if closed { QueueAnswer::Closed } else { QueueAnswer::Waits };
                items.pop_front().map_or(none, QueueAnswer::Item)
            }
            QueueCall::TryGet => items.pop_front().map_or(QueueAnswer::Nothing, QueueAnswer::Item),
            QueueCall::Close => {
                closed = true;
                QueueAnswer::Done
            }
        };
        ((items, closed), answer)
    }
}

impl Display for QueueCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            QueueCall::Put(item) => write!(f, "put({item})"),
            QueueCall::Get => f.write_str("get()"),
            QueueCall::TryGet => f.write_str("try_get()"),
            QueueCall::Close => f.write_str("close()"),
        }
    }
}

impl Display for QueueAnswer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            QueueAnswer::Done => f.write_str("done"),
            QueueAnswer::Item(item) => write!(f, "{item}"),
            QueueAnswer::Nothing => f.write_str("nothing"),
            QueueAnswer::Closed => f.write_str("closed"),
            QueueAnswer::Waits => f.write_str("waiting"),
        }
    }
}

/// The manager's store: a dict, lists and values, each found by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Store;

/// Everything in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stored {
    dict: BTreeMap<String, i64>,
    lists: BTreeMap<String, Vec<i64>>,
    values: BTreeMap<String, i64>,
}

/// What can be asked of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreCall {
    /// The dict's entry.
    Get(String),
    /// Sets the dict's entry.
    Set(String, i64),
    /// Adds to the dict's entry, a missing one counting as 0; answers the sum.
    Add(String, i64),
    /// Adds to several entries at once.
    Update(Vec<(String, i64)>),
    /// Deletes the dict's entry; answers what it was.
    Delete(String),
    /// Puts an item at the end of a list; a missing list is empty.
    Append(String, i64),
    /// The length of a list.
    Len(String),
    /// Reads a value; one that was never set is 0.
    Value(String),
    /// Sets a value.
    SetValue(String, i64),
}

/// What a store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreAnswer {
    /// It is done.
    Done,
    /// A number: an entry, a sum, a length, a value.
    Number(i64),
    /// The dict has no such entry.
    Missing,
}

impl Spec for Store {
    type State = Stored;
    type Call = StoreCall;
    type Answer = StoreAnswer;

    fn initial(&self) -> Stored {
        Stored::default()
    }

    fn apply(&self, state: &Stored, call: &StoreCall) -> (Stored, StoreAnswer) {
        let mut next = state.clone();
        let answer = next.answer(call);
        (next, answer)
    }
}

impl Stored {
    fn answer(&mut self, call: &StoreCall) -> StoreAnswer {
        let entry = |found: Option<i64>| found.map_or(StoreAnswer::Missing, StoreAnswer::Number);
        match call {
            StoreCall::Get(key) => entry(self.dict.get(key).copied()),
            StoreCall::Set(key, value) => {
                self.dict.insert(key.clone(), *value);
                StoreAnswer::Done
            }
            StoreCall::Add(key, more) => {
                let value = self.dict.entry(key.clone()).or_default();
                *value = value.wrapping_add(*more);
                StoreAnswer::Number(*value)
            }
            StoreCall::Update(entries) => {
                for (key, more) in entries {
                    let value = self.dict.entry(key.clone()).or_default();
                    *value = value.wrapping_add(*more);
                }
                StoreAnswer::Done
            }
            StoreCall::Delete(key) => entry(self.dict.remove(key)),
            StoreCall::Append(list, item) => {
                self.lists.entry(list.clone()).or_default().push(*item);
                StoreAnswer::Done
            }
            StoreCall::Len(list) => StoreAnswer::Number(self.lists.get(list).map_or(0, Vec::len) as i64),
            StoreCall::Value(name) => StoreAnswer::Number(self.values.get(name).copied().unwrap_or(0)),
            StoreCall::SetValue(name, value) => {
                self.values.insert(name.clone(), *value);
                StoreAnswer::Done
            }
        }
    }
}

impl Display for StoreCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            StoreCall::Get(key) => write!(f, "get({key})"),
            StoreCall::Set(key, value) => write!(f, "set({key}, {value})"),
            StoreCall::Add(key, more) => write!(f, "add({key}, {more})"),
            StoreCall::Update(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, more)| format!("{key}: {more}")).collect();
                write!(f, "update({})", entries.join(", "))
            }
            StoreCall::Delete(key) => write!(f, "delete({key})"),
            StoreCall::Append(list, item) => write!(f, "append({list}, {item})"),
            StoreCall::Len(list) => write!(f, "len({list})"),
            StoreCall::Value(name) => write!(f, "value({name})"),
            StoreCall::SetValue(name, value) => write!(f, "set_value({name}, {value})"),
        }
    }
}

impl Display for StoreAnswer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            StoreAnswer::Done => f.write_str("done"),
            StoreAnswer::Number(number) => write!(f, "{number}"),
            StoreAnswer::Missing => f.write_str("missing"),
        }
    }
}
