//! One torture round of the queue. Nobody ends by itself: until the test lets a worker go its process id stays its own, so
//! the test cannot kill a stranger.

use std::hint::black_box;
use std::time::Duration;

use shared::array::RawArray;
use shared::queue::Queue;
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::sys::hermetic::mix;
use shared::testing::programs::Dice;
use shared::testing::torture_queue::{BATCH, ITEMS, PRODUCERS};

/// The objects of [`shared::testing::torture_queue::layout`], in its order.
pub struct Board {
    queue: Queue<u64>,
    put: RawArray<u64>,
    seen: RawArray<u64>,
    done: RawArray<u64>,
    all_in: RawValue<bool>,
    let_go: RawValue<bool>,
    seed: u64,
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor, seed: u64) -> Board {
        Board {
            queue: Queue::take(cursor),
            put: RawArray::take(cursor),
            seen: RawArray::take(cursor),
            done: RawArray::take(cursor),
            all_in: RawValue::take(cursor),
            let_go: RawValue::take(cursor),
            seed,
        }
    }
}

/// Works until the queue is closed and done, then waits to be let go.
pub fn run(board: &Board, me: usize) {
    let mut dice = Dice(board.seed ^ (me as u64) << 40);
    if me < PRODUCERS {
        produce(board, me, &mut dice);
    } else {
        consume(board, me, &mut dice);
    }
    board.done.set(me, 1);
    wait_for(&board.let_go);
}

fn wait_for(flag: &RawValue<bool>) {
    while !flag.get_acquire() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn produce(board: &Board, me: usize, dice: &mut Dice) {
    let items: Vec<u64> = (0..ITEMS as u64).map(|n| (me * ITEMS) as u64 + n).collect();
    let mut put = 0;
    while put < items.len() {
        let batch = (1 + dice.roll(BATCH) as usize).min(items.len() - put);
        board.queue.put_all(&items[put..put + batch]).expect("nobody has closed it yet");
        put += batch;
        board.put.set(me, put as u64);
    }
    board.done.set(me, 1);
    wait_for(&board.all_in);
    board.queue.close();
}

fn consume(board: &Board, me: usize, dice: &mut Dice) {
    while let Some(mut lease) = board.queue.lease(1 + dice.roll(BATCH) as usize) {
        if dice.roll(16) == 0 {
            continue;
        }
        if dice.roll(4) == 0 {
            see(board, me, lease.get(0));
            lease.done_first();
        }
        lease.iter().for_each(|item| see(board, me, item));
        lease.done();
    }
}

fn see(board: &Board, me: usize, item: u64) {
    let at = me * PRODUCERS * ITEMS + item as usize;
    board.seen.set(at, board.seen.get(at) + 1);
    // So that workers also die with a lease in their hands, and not only inside the queue.
    (0..200).for_each(|i| _ = black_box(mix(i)));
}
