//! Lab 4: one process keeps a dict for all, and the others ask it.
//!
//! The server is one thread: what it does for one request is one step for everybody. Between two requests anything may happen.

use shared::boards::lab4::{CallError, Deadline, Fault, HEADER_BYTES, Header, Hub, Key, Link, Reply, Request, Store};

/// Reads the ten bytes of a header. They come from anybody: nothing in them can be trusted.
pub fn parse_header(h: [u8; HEADER_BYTES]) -> Result<Header, Fault> {
    let _ = h;
    todo!("check the magic, the kind and the length of a request's header")
}

/// Carries out one request on the store; what each answers stands at [`Request`].
pub fn apply(s: &mut Store, r: Request) -> Reply {
    let _ = (s, r);
    todo!("carry out one request on the store and give its reply")
}

/// Serves all clients until the last one is gone. No client, however slow, broken or dead, may keep the others waiting.
pub fn serve(hub: &mut Hub, s: &mut Store) {
    let _ = (hub, s);
    todo!("answer every event of the hub until it says stop")
}

/// Sends one request and waits for **its** reply, until the deadline. A request is never sent twice: nobody knows whether the
/// first one was carried out.
pub fn call(l: &mut Link, r: &Request, d: Deadline) -> Result<Reply, CallError> {
    let _ = (l, r, d);
    todo!("send the request once and wait for the reply with its id, until the deadline")
}

/// Adds one to the dict's entry of each word, as often as it occurs. Others count at the same time.
pub fn count_words(l: &mut Link, words: &[Key], d: Deadline) -> Result<(), CallError> {
    let _ = (l, words, d);
    todo!("count here first, then send the sums in as few requests as fit")
}
