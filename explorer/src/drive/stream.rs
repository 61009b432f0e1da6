//! The grader's model of a connection's two streams, and of the time that passes while somebody waits at one.
//!
//! Time is each worker's own: a step takes a microsecond, a sleep what it takes, and whoever takes a message is not earlier than
//! whoever sent it (Lamport's rule). So whether a deadline was met depends on the order of dependent steps only.

use std::collections::VecDeque;

use shared::baton::{Action, Op};
use shared::endpoint::ring;

use super::model::{Life, Model, Thing};

/// What a step takes of its worker's time, nanoseconds; the worker's own clock does the same.
const STEP_NS: u64 = 1_000;

/// One direction of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The worker that sends.
    pub from: usize,
    /// The worker that receives.
    pub to: usize,
    /// How many bytes can be on their way.
    pub room: u64,
    /// Bytes sent so far.
    pub sent: u64,
    /// Bytes taken so far.
    pub taken: u64,
    /// It was hung up, or one of its sides was started anew.
    pub ended: bool,
    /// For each send that is not all taken: how many bytes had been sent then, and when.
    arrivals: VecDeque<(u64, u64)>,
}

impl Stream {
    /// An empty stream.
    pub fn new(from: usize, to: usize, room: usize) -> Stream {
        let arrivals = VecDeque::new();
        Stream { from, to, room: room as u64, sent: 0, taken: 0, ended: false, arrivals }
    }

    /// Bytes on their way.
    pub fn waiting(&self) -> u64 {
        self.sent - self.taken
    }

    /// The three words at its start.
    pub fn words(&self) -> [u64; 3] {
        [self.sent, self.taken, u64::from(self.ended)]
    }

    fn take(&mut self, most: u64) -> u64 {
        let count = self.waiting().min(most);
        self.taken += count;
        while self.arrivals.front().is_some_and(|(upto, _)| *upto <= self.taken) {
            self.arrivals.pop_front();
        }
        count
    }
}

/// What a receive from any of several connections announces.
#[derive(Clone, Copy, Debug)]
pub struct AnyOf {
    first: u32,
    reads: u64,
    writes: u64,
    count: usize,
    start: usize,
}

/// Whether one of them is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Nothing yet.
    Not,
    /// The connection with this number has bytes, or its end.
    Read(usize),
    /// The connection with this number has room again.
    Write(usize),
}

impl AnyOf {
    /// Reads the announcement.
    pub fn of(op: &Op) -> AnyOf {
        let (count, start) = ((op.b >> 32) as usize, (op.b & 0xffff_ffff) as usize);
        AnyOf { first: op.object, reads: op.a & 0xffff_ffff, writes: op.a >> 32, count, start }
    }

    /// The connections in the order in which they are looked at.
    pub fn in_turn(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |at| (self.start + at) % self.count)
    }

    /// The stream from the client, if this connection is asked for bytes.
    pub fn incoming(self, at: usize) -> Option<u32> {
        (self.reads >> at & 1 == 1).then(|| self.first + 2 * at as u32)
    }

    /// The stream to the client, if this connection is asked for room.
    pub fn outgoing(self, at: usize) -> Option<u32> {
        (self.writes >> at & 1 == 1).then(|| self.first + 2 * at as u32 + 1)
    }

    /// Why this announcement makes no sense, if it does not.
    fn refuse(self, model: &Model) -> bool {
        let all = 2 * self.count as u64;
        let streams = (0..all).all(|at| model.stream(self.first + at as u32).is_some());
        self.count > 32
            || self.start >= self.count
            || self.reads >> self.count != 0
            || self.writes >> self.count != 0
            || !streams
    }
}

impl Model {
    /// The stream with this number, if it is one.
    pub fn stream(&self, object: u32) -> Option<&Stream> {
        match self.things.get(object as usize) {
            Some(Thing::Stream(stream)) => Some(stream),
            _ => None,
        }
    }

    fn stream_mut(&mut self, object: u32) -> &mut Stream {
        match &mut self.things[object as usize] {
            Thing::Stream(stream) => stream,
            other => unreachable!("refused before: {other:?} is no stream"),
        }
    }

    /// Whether an announced operation on a stream makes sense.
    pub fn fits_stream(&self, op: &Op, stream: &Stream) -> bool {
        match op.action {
            Action::Send | Action::TrySend => op.a <= stream.room && op.a > 0,
            Action::Receive => op.a > 0 && op.a < ring::TIME_OVER,
            Action::ReceiveAny => !AnyOf::of(op).refuse(self),
            Action::HangUp => true,
            _ => false,
        }
    }

    /// A worker is started anew: its streams ended with the process before it, and what was sent to that one is lost.
    pub fn sever(&mut self, worker: usize) {
        for thing in &mut self.things {
            let Thing::Stream(stream) = thing else { continue };
            stream.ended |= stream.from == worker || stream.to == worker;
            if stream.to == worker {
                stream.take(u64::MAX);
            }
        }
    }

    fn has_gone(&self, worker: usize) -> bool {
        matches!(self.life.get(worker), None | Some(Life::Ended | Life::Dead))
    }

    /// Whether a receive would get bytes or the end.
    pub fn readable(&self, stream: &Stream) -> bool {
        stream.waiting() > 0 || stream.ended || self.has_gone(stream.from)
    }

    fn abandoned(&self, stream: &Stream) -> bool {
        stream.ended || self.has_gone(stream.to)
    }

    /// Which of several connections goes on.
    pub fn any_ready(&self, op: &Op) -> Ready {
        let any = AnyOf::of(op);
        let drained = |s: &Stream| s.waiting() == 0 || self.abandoned(s);
        for at in any.in_turn() {
            if any.outgoing(at).and_then(|o| self.stream(o)).is_some_and(drained) {
                return Ready::Write(at);
            }
            if any.incoming(at).and_then(|o| self.stream(o)).is_some_and(|s| self.readable(s)) {
                return Ready::Read(at);
            }
        }
        Ready::Not
    }

    /// Whether an operation on a stream could proceed now; its deadline is not looked at.
    pub fn stream_enabled(&self, op: &Op, stream: &Stream) -> bool {
        match op.action {
            Action::Send => stream.waiting() + op.a <= stream.room || self.abandoned(stream),
            Action::Receive => self.readable(stream),
            Action::ReceiveAny => self.any_ready(op) != Ready::Not,
            _ => true,
        }
    }

    /// Whether the operation waits for something that is not there, but not for ever: when nobody else can go on either, its
    /// deadline passes.
    pub fn awaits_deadline(&self, op: &Op) -> bool {
        let stream = self.stream(op.object);
        op.action == Action::Receive && op.b > 0 && stream.is_some_and(|s| !self.stream_enabled(op, s))
    }

    /// Time passes for a worker that does a step.
    pub fn tick(&mut self, worker: usize, op: &Op) {
        self.clocks[worker] += STEP_NS + if op.action == Action::Sleep { op.a } else { 0 };
    }

    /// Does an operation on a stream, if it is one; gives what the real one must give.
    pub fn apply_to_stream(&mut self, worker: usize, op: &Op) -> Option<u64> {
        self.stream(op.object)?;
        Some(match op.action {
            Action::Send | Action::TrySend => self.send(worker, op),
            Action::Receive => self.receive(worker, op),
            Action::ReceiveAny => match self.any_ready(op) {
                Ready::Not => 0,
                Ready::Write(at) => (at as u64) << 32 | ring::ROOM_AGAIN,
                Ready::Read(at) => {
                    let object = op.object + 2 * at as u32;
                    let sent = self.stream(object).and_then(|s| s.arrivals.back()).map_or(0, |(_, when)| *when);
                    self.clocks[worker] = self.clocks[worker].max(sent);
                    (at as u64) << 32 | self.stream_mut(object).take(u64::MAX)
                }
            },
            Action::HangUp => {
                self.stream_mut(op.object).ended = true;
                0
            }
            _ => 0,
        })
    }

    fn send(&mut self, worker: usize, op: &Op) -> u64 {
        let now = self.clocks[worker];
        let stream = self.stream(op.object).expect("refused before");
        if self.abandoned(stream) {
            return ring::GONE;
        }
        if stream.waiting() + op.a > stream.room {
            return ring::FULL;
        }
        let stream = self.stream_mut(op.object);
        stream.sent += op.a;
        stream.arrivals.push_back((stream.sent, now));
        ring::DONE
    }

    /// What came in time. Bytes that were sent later than the receiver is willing to wait are not there yet for it.
    fn receive(&mut self, worker: usize, op: &Op) -> u64 {
        let now = self.clocks[worker];
        let stream = self.stream(op.object).expect("refused before");
        let arrival = stream.arrivals.front().map_or(now, |(_, when)| *when).max(now);
        let late = op.b > 0 && (!self.readable(stream) || arrival - now > op.b);
        let waited = if late { op.b } else { arrival - now };
        self.clocks[worker] += waited;
        let count = if late { ring::TIME_OVER } else { self.stream_mut(op.object).take(op.a) };
        waited << 16 | count
    }

    /// Where in the payload the bytes of a send lie, for a ring that begins at `offset`; none when it sent nothing.
    pub fn places_of_bytes(&self, op: &Op, offset: usize, result: u64) -> impl Iterator<Item = usize> + use<> {
        let sends = matches!(op.action, Action::Send | Action::TrySend) && result == ring::DONE;
        let stream = self.stream(op.object).filter(|_| sends).map(|s| (s.sent - op.a..s.sent, s.room));
        let place = move |(range, room): (std::ops::Range<u64>, u64)| {
            range.map(move |at| offset + ring::HEAD + (at % room) as usize)
        };
        stream.into_iter().flat_map(place)
    }
}

/// What the reduction makes of streams; its rules stand in [`crate::search::dependence`].
#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::dependence::{Rule, Rules, Touches};
    use shared::region::{Kind, Layout};

    fn op(action: Action, object: u32, a: u64) -> Op {
        Op { action, object, a, b: 0 }
    }

    #[test]
    fn the_ends_of_a_stream_depend_on_each_other_and_on_the_end_of_the_other_side() {
        let mut layout = Layout::default();
        layout.connection(1, 0, [8; 2]);
        layout.connection(2, 0, [8; 2]);
        let model = Model::new(&layout, 3);
        let touches = |worker, op: Op| Touches::of_operation(&model, worker, &op, Rules::ALL);
        let send = |client: u32| touches(client as usize, op(Action::Send, 2 * (client - 1), 1));
        let take = touches(0, op(Action::Receive, 0, 1));
        let any = touches(0, Op { b: 2 << 32, ..op(Action::ReceiveAny, 0, 0b11) });
        assert!(
            send(1).depend(&take) && send(1).may_enable(&take) && !send(2).depend(&take) && !send(1).depend(&send(2))
        );
        assert!(send(1).depend(&any) && send(2).depend(&any) && send(2).may_enable(&any));
        let kill = |victim, rules| Touches::of_kill(&model, victim, rules);
        assert!(kill(1, Rules::ALL).depend(&take) && !kill(2, Rules::ALL).depend(&take));
        assert!(!kill(1, Rules::without(Rule::PeerGone)).depend(&take));
    }

    #[test]
    fn a_deadline_that_passes_depends_on_everything() {
        let mut layout = Layout::default();
        let cell = layout.add("cell", Kind::Cell { init: 0 });
        layout.connection(1, 0, [8; 2]);
        let mut model = Model::new(&layout, 2);
        let wait = Op { b: 5, ..op(Action::Receive, cell + 1, 1) };
        let store = |model: &Model| Touches::of_operation(model, 1, &op(Action::Store, cell, 0), Rules::ALL);
        assert!(Touches::of_operation(&model, 0, &wait, Rules::ALL).depend(&store(&model)));
        if let Thing::Stream(stream) = &mut model.things[cell as usize + 1] {
            stream.sent = 1;
        }
        assert!(
            !Touches::of_operation(&model, 0, &wait, Rules::ALL).depend(&store(&model)),
            "what is there is in time"
        );
    }
}
