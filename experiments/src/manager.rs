//! A manager: one process that keeps a dict, lists and values for all, as Python's `Manager()` does, and a client of it.

use std::collections::BTreeMap;

use shared::endpoint::codec::HEADER_BYTES;
use shared::endpoint::{Event, Header, Hub, Link, Reply, Request};

use crate::board::Board;

/// Serves until the last client is gone. All clients are our own: what they send makes sense.
pub fn serve(b: &Board, _me: u64) {
    let mut hub = Hub::new(b.connections.clone());
    let mut store = Store::default();
    loop {
        match hub.next() {
            Event::Header(client, bytes) => hub.expect(client, header(bytes)),
            Event::Frame(client, header, body) => {
                let reply = Request::decode(header.kind, &body).map_or_else(Reply::Refused, |r| store.apply(r));
                hub.reply(client, header.id, &reply);
            }
            Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}

/// What ten bytes say: see `shared::endpoint::codec`.
fn header(bytes: [u8; HEADER_BYTES]) -> Header {
    let [_magic, kind, a, b, c, d, e, f, g, h] = bytes;
    Header { kind, id: u32::from_le_bytes([a, b, c, d]), len: u32::from_le_bytes([e, f, g, h]) }
}

#[derive(Default)]
struct Store {
    dict: BTreeMap<String, i64>,
    lists: BTreeMap<String, Vec<i64>>,
    values: BTreeMap<String, i64>,
}

impl Store {
    fn apply(&mut self, request: Request) -> Reply {
        match request {
            Request::Get(key) => self.dict.get(&key).map_or(Reply::Missing, |value| Reply::Number(*value)),
            Request::Set(key, value) => {
                self.dict.insert(key, value);
                Reply::Done
            }
            Request::Append(key, item) => {
                self.lists.entry(key).or_default().push(item);
                Reply::Done
            }
            Request::Value(key) => Reply::Number(self.values.get(&key).copied().unwrap_or(0)),
            other => panic!("nobody here asks for {other:?}"),
        }
    }
}

/// A worker's connection to the manager.
pub struct Client(Link);

impl Client {
    /// The connection of worker `me`.
    pub fn of(b: &Board, me: u64) -> Client {
        Client(Link::new(b.connections[me as usize]))
    }

    /// Asks and waits for the answer.
    pub fn ask(&mut self, request: &Request) -> Reply {
        let id = self.0.send(request).expect("the manager lives as long as its clients");
        let (answered, reply) = self.0.receive_patiently().expect("the manager answers");
        assert_eq!(answered, id, "one question at a time");
        reply
    }

    /// Whether the manager's value of this name is not zero.
    pub fn is_raised(&mut self, name: &str) -> bool {
        self.ask(&Request::Value(name.to_owned())) != Reply::Number(0)
    }
}
