//! Lab 4: one process keeps a dict for all; the others ask it over connections, as with Python's `Manager().dict()`.

pub mod players;
pub mod script;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::barrier::Barrier;
pub use crate::endpoint::codec::{HEADER_BYTES, MAGIC, kind};
pub use crate::endpoint::{
    CallError, Client, Connection, Deadline, Event, Fault, Gone, Header, Hub, Key, Link, MAX_FRAME,
};
pub use crate::endpoint::{Reply, Request};
use crate::header::{Header as Scenario, Role};
use crate::process::{self, Lab};
use crate::region::{Cursor, Kind, Layout};

/// What the server keeps for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// The dict.
    pub dict: BTreeMap<Key, i64>,
    /// The lists, by their names.
    pub lists: BTreeMap<Key, Vec<i64>>,
    /// The values, by their names.
    pub values: BTreeMap<Key, i64>,
}

/// A set of functions that a lab4 binary brings: the student's, or a baseline's.
pub struct Functions {
    /// Reads a header, or says what is wrong with it.
    pub parse_header: fn([u8; HEADER_BYTES]) -> Result<Header, Fault>,
    /// Carries out one request.
    pub apply: fn(&mut Store, Request) -> Reply,
    /// Serves all clients until the last one is gone.
    pub serve: fn(&mut Hub, &mut Store),
    /// Asks one question and waits for its answer.
    pub call: fn(&mut Link, &Request, Deadline) -> Result<Reply, CallError>,
    /// Adds one to the dict's entry of each word.
    pub count_words: fn(&mut Link, &[Key], Deadline) -> Result<(), CallError>,
}

/// The binary: the student's functions and the given baselines.
pub struct Lab4 {
    /// From `manager.rs`.
    pub student: Functions,
    /// From `baseline.rs`: counts by get, then set.
    pub get_set: Functions,
    /// From `baseline.rs`: a request a word.
    pub chatty: Functions,
}

/// The sizes of a scenario, as they stand in the header's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Clients; the server is the worker after them.
    pub clients: u64,
    /// Bytes that can be on their way to the server.
    pub room_in: u64,
    /// Bytes that can be on their way to a client.
    pub room_out: u64,
    /// How long a client is willing to wait for one answer, nanoseconds.
    pub deadline_ns: u64,
    /// 1: no client ends before all have what they asked for.
    pub meet: u64,
}

impl Size {
    /// Reads the sizes from a scenario.
    pub fn of(scenario: &Scenario) -> Size {
        let [clients, room_in, room_out, deadline_ns, meet, ..] = scenario.params;
        Size { clients, room_in, room_out, deadline_ns, meet }
    }

    /// The header parameters for these sizes.
    pub fn params(&self) -> [u64; crate::header::PARAMS] {
        let mut params = [0; crate::header::PARAMS];
        params[..5].copy_from_slice(&[self.clients, self.room_in, self.room_out, self.deadline_ns, self.meet]);
        params
    }
}

/// One worker's view: its connections.
pub struct Board {
    connections: Vec<Connection>,
    all_done: Barrier,
    size: Size,
}

impl Board {
    /// The server's side of all connections.
    fn hub(&self) -> Hub {
        Hub::new(self.connections.clone())
    }

    /// This client's side of its connection.
    fn link(&self, me: u32) -> Link {
        Link::new(self.connections[me as usize])
    }

    /// The moment until which this client waits for its next answer.
    fn deadline(&self) -> Deadline {
        Deadline::after(Duration::from_nanos(self.size.deadline_ns))
    }
}

/// Numbers of the functions, as roles name them; [`GET_SET`](function::GET_SET) or [`CHATTY`](function::CHATTY) is added for a baseline's.
pub mod function {
    /// Nothing: the worker ends at once.
    pub const IDLE: u64 = 0;
    /// `serve`, then reports what the dict holds.
    pub const SERVE: u64 = 1;
    /// `call` for each argument, a [packed request](super::script::pack).
    pub const CALLS: u64 = 2;
    /// Sends the first argument, a packed request, and does not wait; then as [`CALLS`].
    pub const ABANDON: u64 = 3;
    /// `count_words`; arguments: how many words, how many different ones.
    pub const COUNT: u64 = 4;
    /// `call` again and again; argument: how often.
    pub const CALL_MANY: u64 = 5;
    /// `count_words`, then `call` again and again; arguments: as [`COUNT`], then how often.
    pub const WORK: u64 = 6;
    /// `parse_header` for each of [`HEADERS`](super::script::HEADERS).
    pub const PARSE: u64 = 7;
    /// A given client: adds 1 to the first word, then reads it; argument: how many of these two requests.
    pub const POLITE: u64 = 20;
    /// A given client: sends half a frame, then nothing until the workers in the argument have ended.
    pub const HALF: u64 = 21;
    /// A given client: asks often and never reads an answer; arguments: how often, until which workers have ended.
    pub const SILENT: u64 = 22;
    /// A given client: sends bytes that make no sense, one of [`BAD`](super::script::BAD); waits for an answer.
    pub const BAD: u64 = 23;
    /// A given server: answers everything with `Done`.
    pub const ANSWERS: u64 = 30;
    /// A given server: answers nothing.
    pub const MUTE: u64 = 31;
    /// A given server: answers so many nanoseconds later.
    pub const LATE: u64 = 32;
    /// A given server: answers old requests first; arguments: how many, nanoseconds before each.
    pub const DRIPS: u64 = 33;
    /// Added to a number: the functions of the baseline `get-set`.
    pub const GET_SET: u64 = 100;
    /// Added to a number: the functions of the baseline `chatty`.
    pub const CHATTY: u64 = 200;
}

impl Lab for Lab4 {
    type Board = Board;
    const NUMBER: u64 = 4;

    fn layout(scenario: &Scenario) -> Layout {
        let size = Size::of(scenario);
        let mut layout = Layout::default();
        for client in 0..size.clients as usize {
            layout.connection(client, size.clients as usize, [size.room_in as usize, size.room_out as usize]);
        }
        layout.add("the end", Kind::Barrier { parties: size.clients as usize });
        layout
    }

    fn board(cursor: &mut Cursor, scenario: &Scenario) -> Board {
        let size = Size::of(scenario);
        let server = u64::from(process::me()) == size.clients;
        let connections = (0..size.clients).map(|_| Connection::take(cursor, server)).collect();
        Board { connections, all_done: Barrier::take(cursor), size }
    }

    fn run(&self, b: &Board, me: u32, role: &Role) {
        let functions = match role.function / function::GET_SET {
            0 => &self.student,
            1 => &self.get_set,
            _ => &self.chatty,
        };
        let number = role.function % function::GET_SET;
        match number {
            function::IDLE => {}
            function::SERVE => script::serve(functions, &mut b.hub()),
            function::PARSE => script::parse(functions),
            function::CALLS | function::ABANDON | function::COUNT | function::CALL_MANY | function::WORK => {
                script::client(functions, b, me, number, role.args);
            }
            function::ANSWERS | function::MUTE | function::LATE | function::DRIPS => {
                players::server(&mut b.hub(), number, role.args);
            }
            _ => players::client(b, me, number, role.args),
        }
        if b.size.meet == 1 && u64::from(me) < b.size.clients {
            b.all_done.wait();
        }
    }
}
