//! Given, and wrong in every way that shows only on a bad day: a manager as it is written in an afternoon.
//!
//! It counts in two ways: `get-set` reads an entry, adds one and writes it back, as `d[k] = d[k] + 1` does in Python;
//! `chatty` asks the server to add, once for each word. `cargo xtask run lab4 --baseline get-set` shows what becomes of it.

use shared::boards::lab4::{
    CallError, Deadline, Event, Fault, Functions, HEADER_BYTES, Header, Hub, Key, Link, Reply, Request, Store,
};

/// The baseline `get-set` as the toolkit calls it.
pub const GET_SET: Functions =
    Functions { parse_header: parse, apply: apply_some, serve: serve_in_turn, call: ask, count_words: count_get_set };

/// The baseline `chatty` as the toolkit calls it.
pub const CHATTY: Functions =
    Functions { parse_header: parse, apply: apply_some, serve: serve_in_turn, call: ask, count_words: count_chatty };

/// Believes everything.
pub fn parse(h: [u8; HEADER_BYTES]) -> Result<Header, Fault> {
    Ok(Header::trusting(h))
}

/// Knows the dict only.
pub fn apply_some(s: &mut Store, r: Request) -> Reply {
    match r {
        Request::Get(key) => s.dict.get(&key).map_or(Reply::Missing, |value| Reply::Number(*value)),
        Request::Set(key, value) => {
            s.dict.insert(key, value);
            Reply::Done
        }
        Request::Add(key, more) => {
            let sum = s.dict.get(&key).unwrap_or(&0) + more;
            s.dict.insert(key, sum);
            Reply::Number(sum)
        }
        _ => Reply::Missing,
    }
}

/// Waits for each client in turn until it has said all it wants to say and has read the answer.
pub fn serve_in_turn(hub: &mut Hub, s: &mut Store) {
    loop {
        match hub.next() {
            Event::Header(client, bytes) => {
                let header = parse(bytes).unwrap();
                let body = hub.read_rest(client, header.len as usize).unwrap();
                let reply = apply_some(s, Request::decode(header.kind, &body).unwrap());
                hub.reply_now(client, header.id, &reply).unwrap();
            }
            Event::Frame(..) | Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}

/// Takes the next reply for its own, however long it takes.
pub fn ask(l: &mut Link, r: &Request, _d: Deadline) -> Result<Reply, CallError> {
    l.send(r)?;
    Ok(l.receive_patiently()?.1)
}

/// `d[k] = d[k] + 1`: two requests, and others ask in between.
pub fn count_get_set(l: &mut Link, words: &[Key], d: Deadline) -> Result<(), CallError> {
    for word in words {
        let now = match ask(l, &Request::Get(word.clone()), d)? {
            Reply::Number(now) => now,
            _ => 0,
        };
        ask(l, &Request::Set(word.clone(), now + 1), d)?;
    }
    Ok(())
}

/// A round trip a word.
pub fn count_chatty(l: &mut Link, words: &[Key], d: Deadline) -> Result<(), CallError> {
    for word in words {
        ask(l, &Request::Add(word.clone(), 1), d)?;
    }
    Ok(())
}
