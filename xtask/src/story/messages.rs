//! What goes over connections, in words.

use shared::baton::{Action, Op};
use shared::endpoint::{ring, words};
use shared::region::{Kind, Layout};

use super::words::worker;
use crate::drive::step::Step;

/// Who sends into a stream, and who takes from it.
fn ends(layout: &Layout, object: u32) -> (String, String) {
    match layout.objects.get(object as usize).map(|o| o.kind) {
        Some(Kind::Stream { from, to, .. }) => (worker(from), worker(to)),
        _ => ("?".into(), "?".into()),
    }
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".into() } else { format!("{count} bytes") }
}

/// What a worker did at a connection.
pub fn did(layout: &Layout, op: &Op, step: &Step) -> String {
    let (from, to) = ends(layout, op.object);
    match op.action {
        Action::Send | Action::TrySend => match step.result {
            ring::DONE => format!("sends {to} {}", words::describe(&step.sent().unwrap_or_default())),
            ring::GONE => format!("cannot send: {to} is gone"),
            _ => format!("has no room for {} to {to} and keeps them", bytes(op.a)),
        },
        Action::Receive => match step.result & ring::TIME_OVER {
            ring::TIME_OVER => format!("waits for {from} until its deadline"),
            0 => format!("sees that {from} is gone"),
            count => format!("takes {} from {from}", bytes(count)),
        },
        Action::ReceiveAny => {
            let (from, _) = ends(layout, op.object + 2 * (step.result >> 32) as u32);
            match step.result & 0xffff_ffff {
                ring::ROOM_AGAIN => format!("sees that {from} has read everything"),
                0 => format!("sees that {from} is gone"),
                count => format!("takes {} from {from}", bytes(count)),
            }
        }
        _ => format!("hangs up on {to}"),
    }
}

/// What a worker was about to do, after "would have".
pub fn intent(layout: &Layout, op: &Op) -> String {
    let (from, to) = ends(layout, op.object);
    match op.action {
        Action::Send | Action::TrySend => format!("sent {to} {}", bytes(op.a)),
        Action::Receive => format!("waited for {from}"),
        Action::ReceiveAny => "waited for anybody".into(),
        _ => format!("hung up on {to}"),
    }
}

/// What a worker waits for that never comes.
pub fn wait(layout: &Layout, op: &Op) -> String {
    let (from, to) = ends(layout, op.object);
    match op.action {
        Action::Send => format!("for room: {to} does not read"),
        Action::Receive => format!("for bytes from {from}"),
        _ => "for anybody to send something".into(),
    }
}
