//! One torture round: workers hammer two locks and a barrier while the test kills some of them.
//!
//! Each worker checks what a lock and a barrier promise and reports what it saw broken. It never ends by itself: until
//! the test lets it go its process id stays its own, so the test cannot kill a stranger.

use std::hint::black_box;
use std::time::Duration;

use shared::array::RawArray;
use shared::barrier::Barrier;
use shared::header::Header;
use shared::lock::{Lock, LockGuard};
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::sys::hermetic::mix;
use shared::testing::report;
use shared::testing::torture::{MEETINGS_PARAM, TURNS, WORKERS, violation};
use shared::value::Value;

/// The objects of [`shared::testing::torture::layout`], in its order.
pub struct Board {
    lock: Lock,
    pair: RawArray<u64>,
    inside: RawValue<u64>,
    counter: Value<u64>,
    tally: RawArray<u64>,
    came: RawArray<u64>,
    done: RawArray<u64>,
    led: RawArray<u64>,
    recovered: RawValue<u64>,
    violations: RawValue<u64>,
    let_go: RawValue<bool>,
    meeting: Barrier,
    meetings: usize,
    seed: u64,
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor, header: &Header) -> Board {
        Board {
            lock: Lock::take(cursor),
            pair: RawArray::take(cursor),
            inside: RawValue::take(cursor),
            counter: Value::take(cursor),
            tally: RawArray::take(cursor),
            came: RawArray::take(cursor),
            done: RawArray::take(cursor),
            led: RawArray::take(cursor),
            recovered: RawValue::take(cursor),
            violations: RawValue::take(cursor),
            let_go: RawValue::take(cursor),
            meeting: Barrier::take(cursor),
            meetings: header.params[MEETINGS_PARAM] as usize,
            seed: header.seed,
        }
    }

    fn violated(&self, what: u64, value: u64) {
        report(what, value);
        self.violations.fetch_add(1);
    }
}

/// Works until every meeting is over, then waits to be let go.
pub fn run(board: &Board, me: u32) {
    for meeting in 0..board.meetings {
        for turn in 0..TURNS {
            let random = mix(board.seed ^ u64::from(me) << 48 ^ (meeting as u64) << 24 ^ turn);
            let held = work_on_the_pair(board, me, random % 2_000);
            // One lock after the other, one inside the other, or hand over hand: the kernel must find what a dead one held.
            match random >> 61 {
                0..4 => {
                    drop(held);
                    count(board, me as usize, None);
                }
                4..6 => {
                    count(board, me as usize, None);
                    drop(held);
                }
                _ => count(board, me as usize, Some(held)),
            }
            work(random >> 32 & 0x7f);
        }
        meet(board, me as usize, meeting);
    }
    board.done.set(me as usize, 1);
    while !board.let_go.get_acquire() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn work(loops: u64) {
    for i in 0..loops {
        black_box(mix(i));
    }
}

/// Takes the lock, tears the pair, works a little, and makes it whole again.
fn work_on_the_pair(board: &Board, me: u32, loops: u64) -> LockGuard {
    let mine = u64::from(me) + 1;
    let guard = board.lock.lock();
    if guard.recovered() {
        board.recovered.fetch_add(1);
        let most = board.pair.get(0).max(board.pair.get(1));
        board.pair.set(0, most);
        board.pair.set(1, most);
        board.inside.set(0);
    }
    if let Err(other) = board.inside.compare_exchange(0, mine) {
        board.violated(violation::NOT_ALONE, other);
    }
    let (first, second) = (board.pair.get(0), board.pair.get(1));
    if first != second {
        board.violated(violation::TORN, first.abs_diff(second));
    }
    board.pair.set(0, first + 1);
    work(loops);
    board.pair.set(1, second + 1);
    if let Err(other) = board.inside.compare_exchange(mine, 0) {
        board.violated(violation::INTRUDER, other);
    }
    guard
}

/// Adds one to the counter; the tally lags behind by one at most, when the worker dies in between. Frees the lock that
/// was `held` before as soon as it has the counter's.
fn count(board: &Board, me: usize, held: Option<LockGuard>) {
    let mut counter = board.counter.lock();
    drop(held);
    let now = counter.get();
    counter.set(now + 1);
    drop(counter);
    board.tally.set(me, board.tally.get(me) + 1);
}

/// A meeting lets nobody go before every party has come or died.
fn meet(board: &Board, me: usize, meeting: usize) {
    let number = meeting as u64 + 1;
    board.came.set(me, number);
    let waited = board.meeting.wait();
    if waited.leader {
        board.led.set(meeting * WORKERS + me, 1);
    }
    let came: Vec<u64> = (0..WORKERS).map(|w| board.came.get(w)).collect();
    let missing = came.iter().filter(|c| **c < number).count() as u64;
    if missing > u64::from(waited.lost) {
        board.violated(violation::LEFT_EARLY, missing);
    }
    // The others may be on their way to the next meeting, but cannot have gone past it without this worker.
    if let Some(ahead) = came.iter().find(|c| **c > number + 1) {
        board.violated(violation::RAN_AHEAD, *ahead);
    }
}
