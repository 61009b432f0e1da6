//! A manager's dict over stream sockets: worker 0 serves, the others ask.

use std::collections::HashMap;

use shared::endpoint::{CallError, Connection, Event, Header, Hub, Key, Link, Reply, Request};

use crate::span::Span;
use crate::team::{self, Place};

/// Requests of a sample, for each client.
const REQUESTS: u64 = 1_500;
/// Bytes that a connection can hold in each direction.
pub const ROOM: [usize; 2] = [4_096, 4_096];

/// Worker 0 serves until every client is gone; each other worker asks for the same entry again and again.
pub fn gets(connections: &[Connection], me: usize, across: bool) -> Span {
    team::pin(if me > 0 && across { Place::Last } else { Place::First });
    play(connections, me)
}

/// The same, wherever the kernel puts the workers.
pub fn play(connections: &[Connection], me: usize) -> Span {
    if me == 0 {
        return Span::of(1, |_| serve(connections)).uncounted();
    }
    let mut link = Link::new(connections[me - 1]);
    Span::of(REQUESTS, |_| assert_eq!(get(&mut link), Ok(Reply::Number(1)), "the entry is there"))
}

/// One request and its reply.
pub fn get(link: &mut Link) -> Result<Reply, CallError> {
    link.send(&Request::Get(ENTRY.to_owned()))?;
    link.receive_patiently().map(|(_, reply)| reply)
}

const ENTRY: &str = "k";

/// Serves one dict until every client is gone.
pub fn serve(connections: &[Connection]) {
    let mut hub = Hub::new(connections.to_vec());
    let mut entries: HashMap<Key, i64> = HashMap::from([(ENTRY.to_owned(), 1)]);
    loop {
        match hub.next() {
            Event::Header(client, bytes) => {
                let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
                hub.expect(client, Header { kind: bytes[1], id: number(2), len: number(6) });
            }
            Event::Frame(client, header, body) => {
                let reply = match Request::decode(header.kind, &body) {
                    Ok(Request::Get(key)) => entries.get(&key).map_or(Reply::Missing, |value| Reply::Number(*value)),
                    Ok(Request::Set(key, value)) => {
                        entries.insert(key, value);
                        Reply::Done
                    }
                    other => panic!("nobody asks this here: {other:?}"),
                };
                hub.reply(client, header.id, &reply);
            }
            Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}
