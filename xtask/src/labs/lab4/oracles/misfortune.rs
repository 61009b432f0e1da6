//! Lab 4's judges of bad days: bad frames, clients that stop, servers that do not answer.

use shared::baton::Action;
use shared::boards::lab4::script::{HEADERS, fault, tag};
use shared::boards::lab4::{CallError, Fault, Header, MAGIC, MAX_FRAME, Reply, Size, function, kind};
use shared::endpoint::ring;

use super::evidence::{answers, clients, say, told};
use crate::drive::step::{Step, What};
use crate::labs::{Finding, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

pub fn bad_frames(scenario: &Scenario, run: &Run) -> Option<Finding> {
    if let Some(client) = clients(scenario, function::PARSE).next() {
        return headers(&told(run.steps, client));
    }
    for client in clients(scenario, function::BAD) {
        match answers(run.steps, client).first() {
            Some((_, Ok(Reply::Refused(_)))) => {}
            Some((at, other)) => {
                let what = match other {
                    Err(CallError::Timeout) => "never gets an answer".to_owned(),
                    Err(CallError::Gone) => "is cut off without an answer".to_owned(),
                    other => format!("is answered {}", say(other)),
                };
                let message = format!("{} sends a bad frame and {what}; it must be told `Refused`", w(client));
                return Some(Finding { guilty: vec![*at], ..Finding::new(message) });
            }
            None => return Some(Finding::new(format!("{} never learnt what became of its frame", w(client)))),
        }
    }
    impolite(scenario, run)
}

/// What is wrong with a header, all of it.
fn faults(bytes: &[u8; 10]) -> Vec<Fault> {
    let header = Header::trusting(*bytes);
    let mut faults = Vec::new();
    if bytes[0] != MAGIC {
        faults.push(Fault::NotOurs);
    }
    if !(kind::GET..=kind::SET_VALUE).contains(&header.kind) {
        faults.push(Fault::UnknownKind(header.kind));
    }
    if header.len as usize > MAX_FRAME {
        faults.push(Fault::TooLong(header.len));
    }
    faults
}

/// Goes through the answers of `parse_header`, one header after the other.
fn headers(told: &[(u64, u64)]) -> Option<Finding> {
    let mut told = told.iter();
    for bytes in &HEADERS {
        let faults = faults(bytes);
        let bad = |what: String| Some(Finding::new(format!("`parse_header({bytes:?})` {what}")));
        match told.next()? {
            (tag::HEADER, kind_and_len) => {
                let (header, (_, id)) = (Header::trusting(*bytes), told.next()?);
                if let Some(fault) = faults.first() {
                    return bad(format!("accepts a header that is bad: {fault}"));
                }
                let must = u64::from(header.kind) << 32 | u64::from(header.len);
                if (*kind_and_len, *id) != (must, u64::from(header.id)) {
                    let (kind, len) = (kind_and_len >> 32, *kind_and_len as u32);
                    return bad(format!("gives kind {kind}, id {id}, len {len}; it is {header:?}"));
                }
            }
            (_, number) => {
                let given = fault(*number);
                if faults.is_empty() {
                    return bad(format!("refuses a good header: {given}"));
                }
                if !faults.contains(&given) {
                    return bad(format!("says `{given}`, but what is wrong is: {}", faults[0]));
                }
            }
        }
    }
    None
}

/// A polite client that was not served as if it were alone.
fn impolite(scenario: &Scenario, run: &Run) -> Option<Finding> {
    for client in clients(scenario, function::POLITE) {
        let answers = answers(run.steps, client);
        // Whether the answers are right is asked elsewhere.
        let wrong = answers.iter().find(|(_, answer)| matches!(answer, Err(_) | Ok(Reply::Refused(_))));
        if let Some((at, answer)) = wrong {
            let message = format!("{} did nothing wrong, and its request gets {}", w(client), say(answer));
            let because = busy_with_one(run.steps, super::evidence::server(scenario), *at);
            return Some(Finding { guilty: vec![*at], because, ..Finding::new(message) });
        }
        if (answers.len() as u64) < scenario.header.roles[client].args[0] {
            return Some(Finding::new(format!("{} did nothing wrong, and was not served", w(client))));
        }
    }
    None
}

/// What the server waited for while it should have served somebody else, if it is one client only.
fn busy_with_one(steps: &[Step], server: usize, at: usize) -> String {
    let next = steps[at..].iter().find(|s| s.worker == server).and_then(|s| s.op());
    match next.map(|op| op.action) {
        Some(Action::Receive) => format!("Meanwhile {} waited for the rest of another client's frame.", w(server)),
        Some(Action::Send) => format!("Meanwhile {} waited until another client reads.", w(server)),
        _ => String::new(),
    }
}

pub fn client_killed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let killed = run.steps.iter().position(|s| matches!(s.what, What::Killed(_)));
    let mut finding = impolite(scenario, run)?;
    if let Some(at) = killed {
        finding.message = format!("{} was killed; {}", w(run.steps[at].worker), finding.message);
        finding.guilty.insert(0, at);
    }
    Some(finding)
}

/// How long a client waited in all, nanoseconds.
fn waited(steps: &[Step], client: usize) -> u64 {
    let receives = steps.iter().filter(|s| s.worker == client && s.did(Action::Receive));
    receives.map(|s| s.result >> 16).sum()
}

pub fn server_killed(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let limit = Size::of(&scenario.header).deadline_ns;
    for client in clients(scenario, function::CALLS) {
        let took = waited(run.steps, client);
        let server = scenario.header.roles[super::evidence::server(scenario)].function % function::GET_SET;
        let answers = answers(run.steps, client);
        // A first answer that was in time is not this check's business; one that was too late is.
        if server != function::ANSWERS && took > limit + limit / 10 {
            let at = answers.last().map(|(at, _)| *at);
            let message =
                format!("{} waited {} ms with a deadline of {} ms", w(client), took / 1_000_000, limit / 1_000_000);
            return Some(Finding { guilty: at.into_iter().collect(), ..Finding::new(message) });
        }
        for (at, answer) in &answers {
            let last = run.steps[..*at].iter().rposition(|s| s.worker == client && s.did(Action::Receive));
            let ended = last.map(|l| run.steps[l].result & ring::TIME_OVER);
            let wrong = match ended {
                None if answer.is_ok() => "nothing has come from the server",
                Some(0) if *answer != Err(CallError::Gone) => "the server is gone",
                Some(ring::TIME_OVER) if *answer != Err(CallError::Timeout) => "the deadline has passed",
                _ => continue,
            };
            let message = format!("{wrong}, and `call` gives {} {}", w(client), say(answer));
            let guilty = last.into_iter().chain([*at]).collect();
            return Some(Finding { guilty, ..Finding::new(message) });
        }
    }
    None
}
