//! The client's side of one connection.

use super::codec::{Fault, Header, Reply, Request, first_frame, kind};
use super::connection::{Connection, Taken};
use super::deadline::Deadline;

/// Why a call has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The deadline passed. The request may have been carried out, or may still be.
    Timeout,
    /// The server is gone. The request may have been carried out.
    Gone,
    /// The server did not understand the request, and did nothing.
    Refused(Fault),
}

/// The client's side of one connection.
pub struct Link {
    connection: Connection,
    last_id: u32,
    buffer: Vec<u8>,
}

impl Link {
    /// A client over this connection.
    pub fn new(connection: Connection) -> Link {
        Link { connection, last_id: 0, buffer: Vec::new() }
    }

    /// Sends a request; gives the id that its reply will carry.
    ///
    /// # Errors
    /// [`CallError::Gone`].
    pub fn send(&mut self, request: &Request) -> Result<u32, CallError> {
        self.last_id = self.last_id.wrapping_add(1);
        self.send_bytes(&request.to_frame(self.last_id))?;
        Ok(self.last_id)
    }

    /// Sends bytes as they are: how given code plays a client that does not behave.
    ///
    /// # Errors
    /// [`CallError::Gone`].
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), CallError> {
        if self.connection.send(bytes) { Ok(()) } else { Err(CallError::Gone) }
    }

    /// Waits for the next reply, of whatever request, until the deadline; gives the id of its request with it.
    ///
    /// # Errors
    /// [`CallError::Timeout`] and [`CallError::Gone`].
    pub fn receive(&mut self, deadline: Deadline) -> Result<(u32, Reply), CallError> {
        self.receive_until(Some(deadline))
    }

    /// Waits for the next reply, of whatever request, as long as it takes.
    ///
    /// # Errors
    /// [`CallError::Gone`].
    pub fn receive_patiently(&mut self) -> Result<(u32, Reply), CallError> {
        self.receive_until(None)
    }

    fn receive_until(&mut self, deadline: Option<Deadline>) -> Result<(u32, Reply), CallError> {
        loop {
            let (kind, id, body) = self.next_frame(deadline)?;
            if let Some(reply) = Reply::decode(kind, &body) {
                return Ok((id, reply));
            }
        }
    }

    fn next_frame(&mut self, deadline: Option<Deadline>) -> Result<(u8, u32, Vec<u8>), CallError> {
        loop {
            if let Some((kind, id, body, end)) = first_frame(&self.buffer) {
                let body = body.to_vec();
                self.buffer.drain(..end);
                return Ok((kind, id, body));
            }
            match self.connection.receive(&mut self.buffer, usize::MAX, deadline) {
                Taken::Bytes => {}
                Taken::Gone => return Err(CallError::Gone),
                Taken::TimeOver => return Err(CallError::Timeout),
            }
        }
    }

    /// Makes the connection anew: says hello, drops everything that was on its way, and waits until it is welcome. Costs a round
    /// trip; replies to earlier requests never come.
    ///
    /// # Errors
    /// [`CallError::Timeout`] and [`CallError::Gone`].
    pub fn reconnect(&mut self, deadline: Deadline) -> Result<(), CallError> {
        self.send_bytes(&Header { kind: kind::HELLO, id: 0, len: 0 }.to_bytes())?;
        while self.next_frame(Some(deadline))?.0 != kind::WELCOME {}
        Ok(())
    }
}
