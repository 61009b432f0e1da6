//! Given clients and servers that do what real ones do on a bad day: stop in the middle, never read, answer late or not at all.

use std::time::Duration;

use super::script::{BAD, report_answer, word};
use super::{Board, Event, Header, Hub, Reply, Request, function};
use crate::header::ARGS;
use crate::process::await_exit;

/// A given client.
///
/// # Panics
/// When there is none with this number.
pub fn client(b: &Board, me: u32, number: u64, args: [u64; ARGS]) {
    let mut link = b.link(me);
    match number {
        function::POLITE => {
            for request in [Request::Add(word(0), 1), Request::Get(word(0))].iter().take(args[0] as usize) {
                let sent = link.send(request);
                report_answer(sent.and_then(|_| link.receive(b.deadline())).map(|(_, reply)| reply));
            }
        }
        function::HALF => {
            let frame = Request::Add(word(1), 1).to_frame(1);
            let _ = link.send_bytes(&frame[..frame.len() - 4]);
            await_exit(args[0]);
        }
        function::SILENT => {
            for _ in 0..args[0] {
                let _ = link.send(&Request::Add(word(1), 1));
            }
            await_exit(args[1]);
        }
        function::BAD => {
            let _ = link.send_bytes(BAD[args[0] as usize]);
            report_answer(link.receive(b.deadline()).map(|(_, reply)| reply));
        }
        other => panic!("lab4 has no function {other}"),
    }
}

/// A given server. It trusts its clients, which a real one must not.
pub fn server(hub: &mut Hub, number: u64, args: [u64; ARGS]) {
    loop {
        match hub.next() {
            Event::Header(client, bytes) => hub.expect(client, Header::trusting(bytes)),
            Event::Frame(client, header, _) => match number {
                function::MUTE => {}
                function::DRIPS => {
                    for old in 0..args[0] as u32 {
                        std::thread::sleep(Duration::from_nanos(args[1]));
                        hub.reply(client, header.id.wrapping_sub(old + 1), &Reply::Number(i64::from(old)));
                    }
                    hub.reply(client, header.id, &Reply::Done);
                }
                _ => {
                    if number == function::LATE {
                        std::thread::sleep(Duration::from_nanos(args[0]));
                    }
                    hub.reply(client, header.id, &Reply::Done);
                }
            },
            Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}
