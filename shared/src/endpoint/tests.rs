//! Codec, hub and link over real sockets, in one process.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::codec::{HEADER_BYTES, first_frame, frame, kind};
use super::socket::Socket;
use super::*;
use crate::region::{Cursor, Layout, Region};
use crate::sys;
use crate::sys::hermetic::mix;

fn key(name: &str) -> Key {
    name.to_owned()
}

fn requests() -> Vec<Request> {
    vec![
        Request::Get(key("a")),
        Request::Set(key(""), i64::MIN),
        Request::Add(key("ä"), -1),
        Request::Delete(key("long name")),
        Request::Update(vec![(key("a"), 1), (key("b"), i64::MAX)]),
        Request::Update(vec![]),
        Request::Append(key("l"), 0),
        Request::Len(key("l")),
        Request::Value(key("v")),
        Request::SetValue(key("v"), 7),
    ]
}

fn replies() -> Vec<Reply> {
    let faults = [Fault::NotOurs, Fault::UnknownKind(77), Fault::TooLong(u32::MAX), Fault::BadBody];
    let refused = faults.into_iter().map(Reply::Refused);
    [Reply::Done, Reply::Number(-5), Reply::Missing].into_iter().chain(refused).collect()
}

#[test]
fn messages_are_read_back() {
    for (id, request) in (0..).zip(requests()) {
        let bytes = request.to_frame(id);
        let (kind, got, body, end) = first_frame(&bytes).expect("a whole frame");
        assert_eq!((got, end, Request::decode(kind, body)), (id, bytes.len(), Ok(request)));
    }
    for (id, reply) in (u32::MAX - 9..).zip(replies()) {
        let bytes = reply.to_frame(id);
        let (kind, got, body, _) = first_frame(&bytes).expect("a whole frame");
        assert_eq!((got, Reply::decode(kind, body)), (id, Some(reply)));
    }
}

#[test]
fn any_bytes_are_a_request_or_a_fault() {
    for seed in 0..20_000u64 {
        let len = mix(seed) % 40;
        let body: Vec<u8> = (0..len).map(|at| mix(seed << 8 ^ at) as u8 % 12).collect();
        for kind in 0..12 {
            match Request::decode(kind, &body) {
                Ok(request) => assert_eq!(request.to_frame(3), frame(kind, 3, &body)),
                Err(fault) => assert!(matches!(fault, Fault::BadBody | Fault::UnknownKind(_))),
            }
        }
        let _ = (Reply::decode(kind::REFUSED, &body), words::describe(&body), first_frame(&body));
    }
}

/// A client's and a server's side of each of so many connections, and the sockets that must stay open.
fn pairs(count: usize) -> (Vec<Connection>, Vec<Connection>, Vec<OwnedFd>, Vec<OwnedFd>) {
    let mut layout = Layout::default();
    (0..count).for_each(|client| layout.connection(client, count, [64; 2]));
    let (_file, region) = Region::create("test", layout.bytes().next_multiple_of(4096)).expect("shared memory");
    let region: &'static Region = Box::leak(Box::new(region));
    let (ours, theirs): (Vec<OwnedFd>, Vec<OwnedFd>) =
        (0..count).map(|_| sys::socket_pair().expect("sockets")).map(|[one, other]| (one, other)).unzip();
    let over = |sockets: &[OwnedFd], server| {
        let mut cursor = Cursor::new(region, &layout);
        let take = |fd| Connection::take(&mut cursor, server).over(Socket::from_owned(fd));
        sockets.iter().map(take).collect::<Vec<_>>()
    };
    (over(&ours, false), over(&theirs, true), ours, theirs)
}

fn header(event: Event) -> (Client, Header) {
    match event {
        Event::Header(client, bytes) => (client, Header::trusting(bytes)),
        other => panic!("{other:?} instead of a header"),
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
fn a_hub_hands_out_headers_and_bodies_when_they_are_whole() {
    let (clients, servers, ours, _theirs) = pairs(2);
    let mut hub = Hub::new(servers);
    let frame = Request::Add(key("a"), 1).to_frame(9);
    // The first client stops in the middle of its body; the second is served all the same.
    assert!(clients[0].send(&frame[..HEADER_BYTES + 3]) && clients[1].send(&frame));
    for _ in 0..2 {
        let (client, header) = header(hub.next());
        hub.expect(client, header);
    }
    assert_eq!(hub.next(), Event::Frame(1, Header { kind: kind::ADD, id: 9, len: 10 }, frame[HEADER_BYTES..].to_vec()));
    hub.reply(1, 9, &Reply::Number(1));
    let mut link = Link::new(clients[1]);
    assert_eq!(link.receive(Deadline::after(Duration::from_secs(5))), Ok((9, Reply::Number(1))));
    drop(ours);
    let gone = [hub.next(), hub.next()];
    assert!(gone.contains(&Event::Gone(0)) && gone.contains(&Event::Gone(1)), "{gone:?}");
    assert_eq!(hub.next(), Event::Stop);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
fn replies_that_do_not_fit_are_kept_and_sent_later() {
    let (clients, servers, _ours, _theirs) = pairs(2);
    let mut hub = Hub::new(servers);
    let many = 40_000;
    // More than a socket holds: none of these may wait.
    (0..many).for_each(|id| hub.reply(0, id, &Reply::Number(i64::from(id))));
    let reader = std::thread::spawn({
        let connection = clients[0];
        let last = clients[1];
        move || {
            let mut link = Link::new(connection);
            for id in 0..many {
                assert_eq!(link.receive_patiently(), Ok((id, Reply::Number(i64::from(id)))));
            }
            assert!(last.send(&Request::Len(key("l")).to_frame(1)));
        }
    });
    assert_eq!(header(hub.next()).0, 1, "the hub sends what it kept while it waits for the next event");
    reader.join().expect("all replies came in order");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
fn a_deadline_passes_and_a_late_reply_can_be_told_by_its_id() {
    let (clients, servers, _ours, _theirs) = pairs(1);
    let mut hub = Hub::new(servers);
    let mut link = Link::new(clients[0]);
    let first = link.send(&Request::Get(key("a"))).expect("somebody listens");
    assert_eq!(link.receive(Deadline::after(Duration::from_millis(1))), Err(CallError::Timeout));
    let second = link.send(&Request::Get(key("b"))).expect("somebody listens");
    for id in [first, second] {
        let (client, header) = header(hub.next());
        hub.expect(client, header);
        assert!(matches!(hub.next(), Event::Frame(0, h, _) if h.id == id));
        hub.reply(0, id, &Reply::Missing);
    }
    let soon = Deadline::after(Duration::from_secs(5));
    assert_eq!((link.receive(soon), link.receive(soon)), (Ok((first, Reply::Missing)), Ok((second, Reply::Missing))));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
fn a_new_connection_forgets_what_was_on_its_way() {
    let (clients, servers, _ours, _theirs) = pairs(1);
    let mut hub = Hub::new(servers);
    hub.reply(0, 1, &Reply::Done);
    let server = std::thread::spawn(move || {
        let (client, header) = header(hub.next());
        hub.expect(client, header);
        hub.next();
        hub.reply(client, header.id, &Reply::Missing);
    });
    let mut link = Link::new(clients[0]);
    let soon = Deadline::after(Duration::from_secs(5));
    assert_eq!(link.reconnect(soon), Ok(()));
    let id = link.send(&Request::Get(key("a"))).expect("somebody listens");
    assert_eq!(link.receive(soon), Ok((id, Reply::Missing)));
    server.join().expect("the server saw one request");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
fn a_closed_connection_still_brings_its_last_reply() {
    let (clients, servers, _ours, _theirs) = pairs(1);
    let mut hub = Hub::new(servers);
    hub.reply(0, 1, &Reply::Refused(Fault::NotOurs));
    hub.close(0);
    assert_eq!(hub.next(), Event::Stop);
    let mut link = Link::new(clients[0]);
    let soon = Deadline::after(Duration::from_secs(5));
    assert_eq!(link.receive(soon), Ok((1, Reply::Refused(Fault::NotOurs))));
    assert_eq!(link.receive(soon), Err(CallError::Gone));
}
