//! Connections between one server process and several clients, and the messages of a manager over them.
//!
//! A [`Connection`] carries bytes. Free, it is a real stream socket; stepped, a ring of bytes a direction in the payload.
//! [`codec`] gives the bytes a meaning, [`Hub`] is the server's side of many connections, [`Link`] the client's side of one.

pub mod codec;
mod connection;
mod deadline;
mod hub;
mod link;
pub mod ring;
pub mod socket;

pub use codec::{Fault, Header, Key, MAX_FRAME, Reply, Request};
pub use connection::{Connection, Inbox, Sent, Taken, Woken, receive_any};
pub use deadline::Deadline;
pub use hub::{Client, Event, Gone, Hub};
pub use link::{CallError, Link};

#[cfg(test)]
mod tests;
