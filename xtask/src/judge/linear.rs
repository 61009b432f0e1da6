//! Linearizability: can operations that overlapped be put into one order that explains every answer?
//!
//! The order must keep real time (what ended before another began comes first) and the answers must be those of a
//! sequential object. The search is that of Wing and Gong (Testing and verifying concurrent objects, JPDC 1993): take an
//! operation that nothing unfinished precedes, apply it, go on, go back. It remembers every pair of operations taken and
//! state reached, as Lowe proposed (Testing for linearizability, CCPE 2017; Horn and Kroening's variant, FORTE 2015, is
//! the one that Porcupine uses), so no situation is searched twice.
//!
//! An operation without an answer is **pending**: its client was killed, or the run ended. It may have taken effect at any
//! time after it began, or never.

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::hash::Hash;

/// A sequential object: what every operation answers when nothing overlaps.
pub trait Spec {
    /// All that the object remembers.
    type State: Clone + Eq + Hash;
    /// An operation with its arguments.
    type Call: Display;
    /// What an operation answers.
    type Answer: PartialEq + Debug + Display;

    /// The object before the first operation.
    fn initial(&self) -> Self::State;

    /// One operation: the next state and the answer. A call that would wait in this state gives the state back with an
    /// answer that no finished operation has.
    fn apply(&self, state: &Self::State, call: &Self::Call) -> (Self::State, Self::Answer);
}

/// One operation of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<Call, Answer> {
    /// Who asked, from 0.
    pub worker: usize,
    /// What.
    pub call: Call,
    /// The answer; none when the operation is pending.
    pub answer: Option<Answer>,
    /// The step at which it began.
    pub start: usize,
    /// The step at which the answer was there. Of no meaning when it is pending.
    pub end: usize,
}

/// An operation of an object with this specification.
pub type Of<S> = Operation<<S as Spec>::Call, <S as Spec>::Answer>;

impl<Call, Answer> Operation<Call, Answer> {
    /// When others may rely on it: never, while it is pending.
    fn finished(&self) -> usize {
        if self.answer.is_some() { self.end } else { usize::MAX }
    }
}

/// Why a history has no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The longest order that fits, as places in the history.
    pub prefix: Vec<usize>,
    /// The operations that could come next, with what each would have answered.
    pub refused: Vec<(usize, String)>,
}

/// An order, as places in the history, in which a sequential object gives every answer. Pending operations are in it only
/// where the search let them take effect.
///
/// # Errors
/// The longest order that fits, when none explains the whole history.
pub fn check<S: Spec>(spec: &S, history: &[Of<S>]) -> Result<Vec<usize>, Violation> {
    let longest = Violation { prefix: Vec::new(), refused: Vec::new() };
    let mut search = Search { spec, history, seen: HashSet::new(), order: Vec::new(), longest };
    let taken = vec![false; history.len()];
    if search.extend(taken, &spec.initial()) { Ok(search.order) } else { Err(search.longest) }
}

struct Search<'h, S: Spec> {
    spec: &'h S,
    history: &'h [Of<S>],
    /// Operations taken and the state they led to: a pair that is here leads nowhere, or is on the way now.
    seen: HashSet<(Vec<bool>, S::State)>,
    order: Vec<usize>,
    longest: Violation,
}

impl<S: Spec> Search<'_, S> {
    /// Whether the order can be completed from here; it is then in `order`.
    fn extend(&mut self, mut taken: Vec<bool>, state: &S::State) -> bool {
        if !self.seen.insert((taken.clone(), state.clone())) {
            return false;
        }
        if taken.iter().zip(self.history).all(|(taken, operation)| *taken || operation.answer.is_none()) {
            return true;
        }
        let mut refused = Vec::new();
        for at in candidates(self.history, &taken) {
            let operation = &self.history[at];
            let (next, answer) = self.spec.apply(state, &operation.call);
            if operation.answer.as_ref().is_some_and(|given| *given != answer) {
                refused.push((at, answer.to_string()));
                continue;
            }
            taken[at] = true;
            self.order.push(at);
            if self.extend(taken.clone(), &next) {
                return true;
            }
            self.order.pop();
            taken[at] = false;
        }
        self.remember(refused);
        false
    }

    /// Keeps the longest order; one that was found first, with fewer pending operations before it, is the simpler one.
    fn remember(&mut self, refused: Vec<(usize, String)>) {
        let finished = |order: &[usize]| order.iter().filter(|at| self.history[**at].answer.is_some()).count();
        let longer = finished(&self.order) > finished(&self.longest.prefix);
        if !refused.is_empty() && (longer || self.longest.refused.is_empty()) {
            self.longest = Violation { prefix: self.order.clone(), refused };
        }
    }
}

/// The operations that may come next: those that began before every one that is left has ended; finished ones first.
fn candidates<Call, Answer>(history: &[Operation<Call, Answer>], taken: &[bool]) -> Vec<usize> {
    let left = || (0..history.len()).filter(|at| !taken[*at]);
    let first_end = left().map(|at| history[at].finished()).min().unwrap_or(usize::MAX);
    let mut next: Vec<usize> = left().filter(|at| history[*at].start <= first_end).collect();
    next.sort_by_key(|at| history[*at].finished());
    next
}

/// The violation in words: every operation, one a line, then how far an order goes and why no further. `number` turns a
/// step into the number that the reader knows it by.
pub fn explain<S: Spec>(history: &[Of<S>], violation: &Violation, number: impl Fn(usize) -> usize) -> String {
    let mut by_start: Vec<usize> = (0..history.len()).collect();
    by_start.sort_by_key(|at| history[*at].start);
    let place = |at: usize| violation.prefix.iter().position(|p| *p == at);
    let mut text = String::new();
    for at in by_start {
        let operation = &history[at];
        let mark = place(at).map_or("    ".to_owned(), |n| format!("{:>3}.", n + 1));
        let from = number(operation.start);
        let span = match operation.answer {
            Some(_) => format!("{from} to {}", number(operation.end)),
            None => format!("from {from} on"),
        };
        text += &format!("{mark} {}   [{span}]\n", sentence::<S>(operation));
    }
    text + &reason::<S>(history, violation)
}

fn reason<S: Spec>(history: &[Of<S>], violation: &Violation) -> String {
    let mut text = match violation.prefix.len() {
        0 => "No operation can come first:\n".to_owned(),
        1 => "No order explains every answer. The longest that fits is the operation with a number; after it\n"
            .to_owned(),
        n => format!("No order explains every answer. The longest that fits is 1 to {n}; after it\n"),
    };
    for (at, would) in &violation.refused {
        text += &format!("  {} would have to be {would}\n", sentence::<S>(&history[*at]));
    }
    text
}

fn sentence<S: Spec>(operation: &Of<S>) -> String {
    let who = crate::story::words::worker(operation.worker);
    match &operation.answer {
        Some(answer) => format!("{who} {}: {answer}", operation.call),
        None => format!("{who} {}: no answer", operation.call),
    }
}

#[cfg(test)]
mod tests;
