//! What lab 4's judges read out of the steps.

use shared::boards::lab4::script::{fault, tag, unpack, word};
use shared::boards::lab4::{CallError, Reply, Request, Size, function};
use shared::endpoint::codec::first_frame;

use crate::drive::step::Step;
use crate::labs::{Scenario, reports};

/// One call or count of a client: where it began, what it asked (none: it counted), and what it gave, if it came so far.
pub struct Asked {
    /// The place of its first step.
    pub start: usize,
    /// The request.
    pub request: Option<Request>,
    /// Where the answer was reported, and the answer.
    pub answer: Option<(usize, Result<Reply, CallError>)>,
}

/// An answer in a report.
fn answer(tag: u64, value: u64) -> Option<Result<Reply, CallError>> {
    Some(match tag {
        tag::DONE => Ok(Reply::Done),
        tag::NUMBER => Ok(Reply::Number(value as i64)),
        tag::MISSING => Ok(Reply::Missing),
        tag::REFUSED => Ok(Reply::Refused(fault(value))),
        tag::TIMEOUT => Err(CallError::Timeout),
        tag::GONE => Err(CallError::Gone),
        _ => return None,
    })
}

/// What became of an answer, in a sentence.
pub fn say(answer: &Result<Reply, CallError>) -> String {
    match answer {
        Ok(reply) => format!("`{reply}`"),
        Err(CallError::Timeout) => "an error, the deadline".into(),
        Err(CallError::Gone) => "an error, the server is gone".into(),
        Err(CallError::Refused(fault)) => format!("an error, refused ({fault})"),
    }
}

/// The answers that a client reported, with their places.
pub fn answers(steps: &[Step], client: usize) -> Vec<(usize, Result<Reply, CallError>)> {
    reports(steps, client).filter_map(|(at, tag, value)| Some((at, answer(tag, value)?))).collect()
}

/// What a client asked. A call begins with its first send: what comes before that nobody else can see.
pub fn asked(steps: &[Step], client: usize) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    for (at, tag, value) in reports(steps, client) {
        if tag == tag::CALL || tag == tag::COUNT {
            let sends = |s: &Step| s.worker == client && s.sent().is_some();
            let start = (at..steps.len()).find(|at| sends(&steps[*at])).unwrap_or(at);
            let request = unpack(value).filter(|_| tag == tag::CALL);
            all.push(Asked { start, request, answer: None });
        } else if let (Some(answer), Some(last)) = (answer(tag, value), all.last_mut()) {
            last.answer = Some((at, answer));
            last.start = last.start.min(at);
        }
    }
    all
}

/// The requests that a client sent, with the places of the steps that completed them.
pub fn requests(steps: &[Step], client: usize) -> Vec<(usize, Request)> {
    let mut bytes = Vec::new();
    let mut all = Vec::new();
    for (at, step) in steps.iter().enumerate().filter(|(_, s)| s.worker == client) {
        bytes.extend(step.sent().unwrap_or_default());
        while let Some((kind, _, body, end)) = first_frame(&bytes) {
            all.extend(Request::decode(kind, body).ok().map(|request| (at, request)));
            bytes.drain(..end);
        }
    }
    all
}

/// The server's number.
pub fn server(scenario: &Scenario) -> usize {
    Size::of(&scenario.header).clients as usize
}

/// The clients with this function.
pub fn clients(scenario: &Scenario, number: u64) -> impl Iterator<Item = usize> + '_ {
    let same = move |w: &usize| scenario.header.roles[*w].function % function::GET_SET == number;
    (0..server(scenario)).filter(same)
}

/// The dict's entry of a word when the server had ended; none when there is none.
pub fn entry(reports: impl Iterator<Item = (u64, u64)>, number: usize) -> Option<i64> {
    let wanted = tag::ENTRY + number as u64;
    reports.filter(|(tag, _)| *tag == wanted).last().map(|(_, value)| value as i64)
}

/// Words with their counts, as the clients of a scenario are asked to count them.
pub fn expected(scenario: &Scenario) -> Vec<(usize, i64)> {
    let mut counts = std::collections::BTreeMap::new();
    for role in &scenario.header.roles[..server(scenario)] {
        let [words, different, ..] = role.args;
        for at in 0..words {
            *counts.entry((at % different.max(1)) as usize).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

/// The first word whose count is wrong: the word, what it should be, what it is.
pub fn miscounted(scenario: &Scenario, server: &[(u64, u64)]) -> Option<(String, i64, i64)> {
    let wrong = |(number, must): &(usize, i64)| entry(server.iter().copied(), *number).unwrap_or(0) != *must;
    let (number, must) = expected(scenario).into_iter().find(wrong)?;
    Some((word(number), must, entry(server.iter().copied(), number).unwrap_or(0)))
}

/// What a worker reported, without the places.
pub fn told(steps: &[Step], worker: usize) -> Vec<(u64, u64)> {
    reports(steps, worker).map(|(_, tag, value)| (tag, value)).collect()
}
