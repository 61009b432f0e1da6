//! One worker's side of a connection: the same few operations over a socket or over two rings.

use std::time::Duration;

use super::Deadline;
use super::ring::{self, Ring};
use super::socket::Socket;
use crate::baton::{self, Action, Op, hooked, pass};
use crate::patience::Patience;
use crate::region::Cursor;
use crate::sys::{self, Interest, hermetic};

/// One worker's side of a connection.
#[derive(Clone, Copy)]
pub struct Connection {
    incoming: Ring,
    outgoing: Ring,
    socket: Option<Socket>,
}

/// What became of a send that does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// So many bytes are on their way; perhaps none.
    Bytes(usize),
    /// The other side is gone.
    Gone,
}

/// What a receive brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Bytes were appended.
    Bytes,
    /// The other side is gone, and everything that it sent has been taken.
    Gone,
    /// Nothing came in time.
    TimeOver,
}

/// Why a server that waits for several connections goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something came through this connection.
    Took(usize, Taken),
    /// This connection has room again, or its other side is gone.
    Room(usize),
}

impl Connection {
    /// Takes the next two objects of the board, the client's stream and the server's, as the client or as the server.
    pub fn take(cursor: &mut Cursor, server: bool) -> Connection {
        let (first, second) = (Ring::take(cursor), Ring::take(cursor));
        let (incoming, outgoing) = if server { (first, second) } else { (second, first) };
        Connection { incoming, outgoing, socket: Socket::of(first.object) }
    }

    /// For benchmarks: a connection over this socket.
    pub fn over(self, socket: Socket) -> Connection {
        Connection { socket: Some(socket), ..self }
    }

    /// Sends all bytes, waiting for room. False: the other side is gone.
    pub fn send(&self, bytes: &[u8]) -> bool {
        if !hooked() {
            return self.socket().send_all(bytes);
        }
        let mut chunks = bytes.chunks(self.chunk());
        chunks.all(|chunk| {
            let mut act = || self.on_ring(|o| o.put(chunk)).unwrap_or_else(|s| u64::from(!s.send_all(chunk)));
            pass(self.sending(Action::Send, chunk), &mut act) == ring::DONE
        })
    }

    /// Sends what there is room for, without waiting.
    pub fn try_send(&self, bytes: &[u8]) -> Sent {
        if !hooked() {
            return self.socket().send_some(bytes).map_or(Sent::Gone, Sent::Bytes);
        }
        let chunk = &bytes[..bytes.len().min(self.chunk())];
        let mut went = chunk.len();
        let mut act = || {
            self.on_ring(|o| o.put(chunk)).unwrap_or_else(|s| match s.send_some(chunk) {
                Some(0) => ring::FULL,
                Some(count) => {
                    went = count;
                    ring::DONE
                }
                None => ring::GONE,
            })
        };
        match pass(self.sending(Action::TrySend, chunk), &mut act) {
            ring::DONE => Sent::Bytes(went),
            ring::FULL => Sent::Bytes(0),
            _ => Sent::Gone,
        }
    }

    /// Appends what has come, at most `most` bytes; waits for some, at most until the deadline.
    pub fn receive(&self, bytes: &mut Vec<u8>, most: usize, deadline: Option<Deadline>) -> Taken {
        if !hooked() {
            return taken(self.socket().take(bytes, most, deadline));
        }
        let most = most.min(ring::TIME_OVER as usize - 1);
        // Zero means for ever; a deadline that has passed is one nanosecond ahead.
        let limit = deadline.map_or(0, |d| d.left().as_nanos().max(1) as u64);
        let op = Op { action: Action::Receive, object: self.incoming.object, a: most as u64, b: limit };
        let mut act = || match self.socket {
            Some(socket) => socket.take(bytes, most, deadline).unwrap_or(ring::TIME_OVER),
            None => received(&self.incoming, bytes, most),
        };
        match pass(op, &mut act) & ring::TIME_OVER {
            ring::TIME_OVER => Taken::TimeOver,
            0 => Taken::Gone,
            _ => Taken::Bytes,
        }
    }

    /// Ends the connection in both directions.
    pub fn hang_up(&self) {
        if let Some(socket) = self.socket {
            return socket.shut();
        }
        self.rings().iter().for_each(Ring::hang_up);
    }

    /// What comes in and what goes out, when the grader steps.
    pub fn rings(&self) -> [Ring; 2] {
        [self.incoming, self.outgoing]
    }

    /// A piece of a free run's message that a trace shows as one send.
    fn chunk(&self) -> usize {
        if self.socket.is_some() { usize::MAX } else { self.outgoing.chunk() }
    }

    fn socket(&self) -> Socket {
        self.socket.expect("a free worker has sockets of its own connections")
    }

    fn on_ring(&self, act: impl FnOnce(&Ring) -> u64) -> Result<u64, Socket> {
        self.socket.map_or_else(|| Ok(act(&self.outgoing)), Err)
    }

    /// The announcement of a send; the bytes go into the page.
    fn sending(&self, action: Action, bytes: &[u8]) -> Op {
        let mut op = Op { action, object: self.outgoing.object, a: bytes.len() as u64, b: 0 };
        if baton::mode() == baton::STEPPED {
            op.b = ring::fingerprint(bytes);
            baton::page().write_bytes(bytes);
        }
        op
    }
}

fn taken(count: Option<u64>) -> Taken {
    match count {
        None => Taken::TimeOver,
        Some(0) => Taken::Gone,
        Some(_) => Taken::Bytes,
    }
}

/// A stepped receive: how long it took and whether it was in time is the grader's to say, because it holds the clock.
fn received(ring: &Ring, bytes: &mut Vec<u8>, most: usize) -> u64 {
    let answer = baton::page().answer.load(std::sync::atomic::Ordering::Relaxed);
    let (waited, count) = (answer >> 16, answer & ring::TIME_OVER);
    hermetic::advance(waited);
    let count = if count == ring::TIME_OVER { count } else { ring.take_into(bytes, most) };
    waited << 16 | count
}

/// What has come through several connections and was not read yet.
#[derive(Debug)]
pub struct Inbox {
    /// A buffer for each connection.
    pub bytes: Vec<Vec<u8>>,
    /// Free running: the connections that were seen to have something, so that the kernel need not be asked again.
    ready: u32,
}

impl Inbox {
    /// Empty, for so many connections.
    pub fn new(connections: usize) -> Inbox {
        Inbox { bytes: vec![Vec::new(); connections], ready: 0 }
    }
}

/// Waits until something came through one of the connections in bit set `reads`, and appends it to that connection's buffer; or
/// until one of those in `writes` has room again. Looks at connection `start` first, so that none is left out for ever.
pub fn receive_any(connections: &[Connection], reads: u32, writes: u32, start: usize, inbox: &mut Inbox) -> Woken {
    let object = connections[0].incoming.object;
    let sets = u64::from(reads) | u64::from(writes) << 32;
    let op = Op { action: Action::ReceiveAny, object, a: sets, b: (connections.len() << 32 | start) as u64 };
    let mut act = || {
        let woken = match connections[0].socket {
            Some(_) => wait_on_sockets(connections, reads, writes, start, inbox),
            None => look_at_rings(connections, reads, writes, start, inbox),
        };
        let (at, what) = woken;
        (at as u64) << 32 | what
    };
    let result = if hooked() { pass(op, &mut act) } else { act() };
    let at = (result >> 32) as usize;
    match result & 0xffff_ffff {
        ring::ROOM_AGAIN => Woken::Room(at),
        count => Woken::Took(at, taken(Some(count))),
    }
}

fn in_turn(count: usize, start: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| (start + at) % count)
}

/// Stepped: the grader lets this go on only when something is there.
fn look_at_rings(all: &[Connection], reads: u32, writes: u32, start: usize, inbox: &mut Inbox) -> (usize, u64) {
    for at in in_turn(all.len(), start) {
        let Connection { incoming, outgoing, .. } = &all[at];
        if writes >> at & 1 == 1 && (outgoing.waiting() == 0 || outgoing.abandoned()) {
            return (at, ring::ROOM_AGAIN);
        }
        if reads >> at & 1 == 1 && (incoming.waiting() > 0 || incoming.ended()) {
            return (at, incoming.take_into(&mut inbox.bytes[at], usize::MAX));
        }
    }
    // Only when the execution was ended: the announcement came back without a turn, and nobody looks at the result.
    (start, 0)
}

fn wait_on_sockets(all: &[Connection], reads: u32, writes: u32, start: usize, inbox: &mut Inbox) -> (usize, u64) {
    let mut patience = Patience::fresh();
    loop {
        // One connection and nothing to send: no need to ask which one it is.
        if reads.count_ones() == 1 && writes == 0 {
            let at = reads.trailing_zeros() as usize;
            if let Some(count) = all[at].socket().take_patiently(&mut inbox.bytes[at], usize::MAX) {
                return (at, count);
            }
            continue;
        }
        let seen = reads & std::mem::take(&mut inbox.ready);
        for at in in_turn(all.len(), start).filter(|at| seen >> at & 1 == 1) {
            if let Some(count) = all[at].socket().take_some(&mut inbox.bytes[at], usize::MAX, false) {
                inbox.ready = seen & !(1 << at);
                return (at, count);
            }
        }
        // Whoever goes first may send something, and whatever has come is told by one system call.
        let limit = patience.give_way(&|| true).then_some(Duration::ZERO);
        if let Some(at) = ask_the_kernel(all, reads, writes, start, inbox, limit) {
            return (at, ring::ROOM_AGAIN);
        }
    }
}

/// Waits for any of the sockets. Notes those with bytes; gives one with room, if there is one.
fn ask_the_kernel(
    all: &[Connection],
    reads: u32,
    writes: u32,
    start: usize,
    inbox: &mut Inbox,
    limit: Option<Duration>,
) -> Option<usize> {
    let asked = |at: usize| Interest { read: reads >> at & 1 == 1, write: writes >> at & 1 == 1 };
    let order: Vec<usize> = in_turn(all.len(), start).filter(|at| (reads | writes) >> at & 1 == 1).collect();
    let sockets: Vec<_> = order.iter().map(|at| (all[*at].socket().number(), asked(*at))).collect();
    let mut room = None;
    for (at, there) in order.into_iter().zip(sys::socket_wait(&sockets, limit)) {
        inbox.ready |= u32::from(there.read) << at;
        room = room.or(there.write.then_some(at));
    }
    room
}
