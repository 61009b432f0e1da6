//! Lab 4's judges of counting: nothing lost, nothing twice.

use shared::baton::Action;
use shared::boards::lab4::script::tag;
use shared::boards::lab4::{Reply, Request, function};
use shared::endpoint::ring;

use super::evidence::{asked, clients, expected, miscounted, requests, say, server, told};
use crate::labs::{Finding, FreeRun, Scenario};
use crate::search::Run;
use crate::story::words::worker as w;

pub fn no_lost_update(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let served = scenario.header.roles[server(scenario)].function % function::GET_SET == function::SERVE;
    if !served {
        return nobody_knows(scenario, run);
    }
    for client in clients(scenario, function::COUNT) {
        let counted = asked(run.steps, client).into_iter().next()?;
        match counted.answer {
            Some((_, Ok(Reply::Done))) => {}
            Some((at, other)) => {
                let message = format!("`count_words` gave {} {}, with a server that is well", w(client), say(&other));
                return Some(Finding { guilty: vec![at], ..Finding::new(message) });
            }
            None => return Some(Finding::new(format!("`count_words` of {} never came back", w(client)))),
        }
    }
    let (word, must, is) = miscounted(scenario, &told(run.steps, server(scenario)))?;
    let (guilty, because) = lost_between(scenario, run, &word);
    let message = format!("{must} times `{word}` was counted, and the dict says {is}");
    Some(Finding { guilty, because, ..Finding::new(message) })
}

/// The get and the later set of one client with another's set in between.
fn lost_between(scenario: &Scenario, run: &Run, word: &str) -> (Vec<usize>, String) {
    for client in clients(scenario, function::COUNT) {
        let own = requests(run.steps, client);
        for pair in own.windows(2) {
            let [(read, Request::Get(from)), (write, Request::Set(to, _))] = pair else { continue };
            let others = clients(scenario, function::COUNT).filter(|c| *c != client);
            let set = |(at, r): &(usize, Request)| {
                matches!(r, Request::Set(k, _) if k == word) && (read..write).contains(&at)
            };
            let between = others.flat_map(|c| requests(run.steps, c)).find(set);
            if let Some((at, _)) = between.filter(|_| from == word && to == word) {
                let because = format!("{} wrote at {{2}} what it had read before {{1}}.", w(client));
                return (vec![*read, at, *write], because);
            }
        }
    }
    (Vec::new(), String::new())
}

/// The server answers too late: the word may be counted once, and nobody may say that it was.
fn nobody_knows(scenario: &Scenario, run: &Run) -> Option<Finding> {
    let words: i64 = expected(scenario).into_iter().map(|(_, count)| count).sum();
    for client in clients(scenario, function::COUNT) {
        let sent = requests(run.steps, client);
        let added = |(_, r): &(usize, Request)| match r {
            Request::Add(_, more) => *more,
            Request::Update(entries) => entries.iter().map(|(_, more)| more).sum(),
            _ => 0,
        };
        let total: i64 = sent.iter().map(added).sum();
        if total > words {
            let guilty: Vec<usize> = sent.iter().filter(|r| added(r) != 0).map(|(at, _)| *at).collect();
            let message =
                format!("the answer was late and {} asked again: {words} word was counted {total} times", w(client));
            let because = "Sent at {0}, and again at {1}: the server carries out both.".to_owned();
            return Some(Finding { guilty, because, ..Finding::new(message) });
        }
        let answered = run.steps.iter().any(|s| {
            s.worker == client && s.did(Action::Receive) && !matches!(s.result & ring::TIME_OVER, 0 | ring::TIME_OVER)
        });
        let said = asked(run.steps, client).into_iter().next().and_then(|a| a.answer);
        if let Some((at, Ok(Reply::Done))) = said.filter(|_| !answered) {
            let message =
                format!("no answer came in time, and `count_words` of {} says that all is counted", w(client));
            return Some(Finding { guilty: vec![at], ..Finding::new(message) });
        }
    }
    None
}

pub fn real_run(scenario: &Scenario, run: &FreeRun) -> Option<Finding> {
    let server = server(scenario);
    let total: i64 = expected(scenario).iter().map(|(_, count)| count).sum();
    let is: i64 = run.reports[server].iter().filter(|(t, _)| *t >= tag::ENTRY).map(|(_, value)| *value as i64).sum();
    if miscounted(scenario, &run.reports[server]).is_some() {
        return Some(Finding::new(format!(
            "{total} words were counted, and the dict says {is}: {} were lost",
            total - is
        )));
    }
    for (client, role) in scenario.header.roles[..server].iter().enumerate() {
        let done = run.reports[client].iter().any(|(t, _)| *t == tag::DONE);
        let many = run.reports[client].iter().find(|(t, _)| *t == tag::MANY).map_or(0, |(_, count)| *count);
        if !done || many != role.args[2] {
            let sentence = format!("{} of {} calls of {} were answered in order", many, role.args[2], w(client));
            return Some(Finding::new(sentence));
        }
    }
    None
}
