//! Lab 4's judge of answers: is there an order of all requests in which one dict gives every one of them?

use shared::boards::lab4::{CallError, Reply, Request};

use super::evidence::{asked, say, server};
use crate::judge::linear::{self, Of, Operation};
use crate::judge::specs::{Store, StoreAnswer, StoreCall};
use crate::labs::{Finding, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

fn call(request: Request) -> StoreCall {
    match request {
        Request::Get(key) => StoreCall::Get(key),
        Request::Set(key, value) => StoreCall::Set(key, value),
        Request::Add(key, value) => StoreCall::Add(key, value),
        Request::Delete(key) => StoreCall::Delete(key),
        Request::Update(entries) => StoreCall::Update(entries),
        Request::Append(key, value) => StoreCall::Append(key, value),
        Request::Len(key) => StoreCall::Len(key),
        Request::Value(key) => StoreCall::Value(key),
        Request::SetValue(key, value) => StoreCall::SetValue(key, value),
    }
}

fn given(reply: Reply) -> Option<StoreAnswer> {
    match reply {
        Reply::Done => Some(StoreAnswer::Done),
        Reply::Number(number) => Some(StoreAnswer::Number(number)),
        Reply::Missing => Some(StoreAnswer::Missing),
        Reply::Refused(_) => None,
    }
}

pub fn linearizable(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let mut history: Vec<Of<Store>> = Vec::new();
    for worker in 0..server(scenario) {
        for asked in asked(run.steps, worker) {
            let Some(request) = asked.request else { continue };
            let reply = match asked.answer {
                Some((end, Ok(reply))) => given(reply).map(|answer| (end, answer)),
                _ => None,
            };
            let Some((end, answer)) = reply else {
                return Some(unanswered(worker, &request, asked.answer));
            };
            history.push(Operation { worker, call: call(request), answer: Some(answer), start: asked.start, end });
        }
    }
    let violation = linear::check(&Store, &history).err()?;
    let first = violation.refused.first().map(|(at, _)| &history[*at]);
    let message =
        first.zip(violation.refused.first()).map_or("no order explains the answers".to_owned(), |(op, (_, would))| {
            let answer = op.answer.map_or(String::new(), |a| a.to_string());
            format!(
                "{} asks {} and is told {answer}; in no order of the requests is that right (here: {would})",
                w(op.worker),
                op.call
            )
        });
    let guilty = first.map(|op| vec![op.start, op.end]).unwrap_or_default();
    Some(Finding { guilty, ..Finding::new(message) })
}

fn unanswered(worker: usize, request: &Request, answer: Option<(usize, Result<Reply, CallError>)>) -> Finding {
    let guilty = answer.iter().map(|(at, _)| *at).collect();
    let got = answer.map_or("nothing".to_owned(), |(_, answer)| say(&answer));
    Finding {
        guilty,
        ..Finding::new(format!("{} asks {request} and gets {got}, from a server that is well", w(worker)))
    }
}
