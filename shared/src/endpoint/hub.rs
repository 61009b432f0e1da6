//! The server's side: one process that serves many connections, and must not wait for any single one of them.

use super::codec::{HEADER_BYTES, Header, Reply, frame, kind};
use super::connection::{Connection, Inbox, Sent, Taken, Woken, receive_any};

/// A client, as the server knows it: the number of its connection.
pub type Client = usize;

/// The other side of a connection has ended, or was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// What happens to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first ten bytes of a frame have come. Nobody has looked at them yet; say with [`Hub::expect`] what follows.
    Header(Client, [u8; HEADER_BYTES]),
    /// The body that you expect is complete.
    Frame(Client, Header, Vec<u8>),
    /// This client is gone, perhaps in the middle of a frame. The others are not.
    Gone(Client),
    /// Every client is gone.
    Stop,
}

/// What is known of one client.
#[derive(Debug, Default)]
struct Side {
    /// The header of the frame that is expected.
    expected: Option<Header>,
    /// The header was handed out and nobody has said yet what follows.
    asked: bool,
    /// Replies that could not be sent yet.
    unsent: Vec<u8>,
    /// Close once everything is sent.
    closing: bool,
    /// Nothing more will come.
    ended: bool,
    /// The server knows that.
    closed: bool,
}

/// The server's side of all its connections.
pub struct Hub {
    connections: Vec<Connection>,
    sides: Vec<Side>,
    inbox: Inbox,
    turn: usize,
}

impl Hub {
    /// A hub over these connections.
    pub fn new(connections: Vec<Connection>) -> Hub {
        let count = connections.len();
        assert!(count > 0, "a server without connections has nobody to serve");
        let sides = (0..count).map(|_| Side::default()).collect();
        Hub { connections, sides, inbox: Inbox::new(count), turn: 0 }
    }

    /// Waits for whatever comes next, from whomever. Meanwhile it sends the replies that had to wait.
    #[allow(
        clippy::should_implement_trait,
        reason = "a server waits for its next event; there is no end to iterate to"
    )]
    pub fn next(&mut self) -> Event {
        loop {
            if let Some(event) = (0..self.sides.len()).find_map(|client| self.complete(client)) {
                return event;
            }
            let set = |f: &dyn Fn(&Side) -> bool| {
                self.sides.iter().enumerate().filter(|(_, s)| f(s)).fold(0u32, |bits, (at, _)| bits | 1 << at)
            };
            let reads = set(&|s| !s.ended && !s.closing);
            let writes = set(&|s| !s.unsent.is_empty());
            if reads | writes == 0 {
                return Event::Stop;
            }
            match receive_any(&self.connections, reads, writes, self.turn, &mut self.inbox) {
                Woken::Room(client) => self.send_what_fits(client),
                Woken::Took(client, Taken::Bytes) => self.turn = client + 1,
                Woken::Took(client, _) => self.sides[client].ended = true,
            }
            self.turn %= self.connections.len();
        }
    }

    /// A header, a frame or an end that is complete.
    fn complete(&mut self, client: Client) -> Option<Event> {
        let (side, buffer) = (&mut self.sides[client], &mut self.inbox.bytes[client]);
        if side.closing {
            return None;
        }
        if let Some(header) = side.expected {
            let len = header.len as usize;
            if buffer.len() >= len {
                side.expected = None;
                return Some(Event::Frame(client, header, buffer.drain(..len).collect()));
            }
        } else if !side.asked && buffer.len() >= HEADER_BYTES {
            let bytes: Vec<u8> = buffer.drain(..HEADER_BYTES).collect();
            let header: [u8; HEADER_BYTES] = bytes.try_into().expect("ten bytes");
            if header == (Header { kind: kind::HELLO, id: 0, len: 0 }).to_bytes() {
                side.unsent.clear();
                self.send(client, &frame(kind::WELCOME, 0, &[]));
                return self.complete(client);
            }
            side.asked = true;
            return Some(Event::Header(client, header));
        }
        if side.ended && !side.closed {
            side.closed = true;
            side.unsent.clear();
            return Some(Event::Gone(client));
        }
        None
    }

    /// Says what follows the header that came last from this client: a body of `header.len` bytes. [`Hub::next`] hands it out
    /// when it is complete, whenever that is.
    pub fn expect(&mut self, client: Client, header: Header) {
        let side = &mut self.sides[client];
        side.asked = false;
        side.expected = Some(header);
    }

    /// Sends a reply to the request with this id. What there is no room for is kept, and sent when there is.
    pub fn reply(&mut self, client: Client, id: u32, reply: &Reply) {
        self.send(client, &reply.to_frame(id));
    }

    fn send(&mut self, client: Client, bytes: &[u8]) {
        let side = &mut self.sides[client];
        let waits = !side.unsent.is_empty();
        if !side.ended && !side.closing {
            side.unsent.extend_from_slice(bytes);
            if !waits {
                self.send_what_fits(client);
            }
        }
    }

    fn send_what_fits(&mut self, client: Client) {
        let side = &mut self.sides[client];
        while !side.unsent.is_empty() {
            match self.connections[client].try_send(&side.unsent) {
                Sent::Bytes(0) => return,
                Sent::Bytes(count) => drop(side.unsent.drain(..count)),
                Sent::Gone => side.unsent.clear(),
            }
        }
        if side.closing && !side.ended {
            side.ended = true;
            self.connections[client].hang_up();
        }
    }

    /// Ends the connection once all replies to this client are sent. Whatever else it sends is not read.
    pub fn close(&mut self, client: Client) {
        self.sides[client].closing = true;
        self.send_what_fits(client);
    }

    /// Waits until `len` more bytes have come from this client, and hands them out.
    ///
    /// # Errors
    /// [`Gone`] when the client ends before that.
    pub fn read_rest(&mut self, client: Client, len: usize) -> Result<Vec<u8>, Gone> {
        self.sides[client].asked = false;
        while self.inbox.bytes[client].len() < len {
            let missing = len - self.inbox.bytes[client].len();
            if self.connections[client].receive(&mut self.inbox.bytes[client], missing, None) != Taken::Bytes {
                self.sides[client].ended = true;
                return Err(Gone);
            }
        }
        Ok(self.inbox.bytes[client].drain(..len).collect())
    }

    /// Sends a reply and waits until all of it is on its way.
    ///
    /// # Errors
    /// [`Gone`] when nobody will read it.
    pub fn reply_now(&mut self, client: Client, id: u32, reply: &Reply) -> Result<(), Gone> {
        let mut bytes = std::mem::take(&mut self.sides[client].unsent);
        bytes.extend(reply.to_frame(id));
        if self.connections[client].send(&bytes) { Ok(()) } else { Err(Gone) }
    }
}
