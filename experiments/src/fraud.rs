//! The fraud engine: all search, one finds and raises the flag, the others stop at their next look. How long do they go
//! on, and how much of what they do is wasted?

use shared::sys::hermetic::mix;
use shared::sys::monotonic_ns;

use crate::board::{Board, print};
use crate::search::candidate;

/// Words of `progress` a worker: a cache line.
const LINE: u64 = 8;

/// Searches round after round. The flag holds the number of the last round that was won.
///
/// Every worker writes down how far it is after each candidate, into a cache line of its own: the finder reads there what
/// the others had done at the moment of the raise.
pub fn run(b: &Board, me: u64, flag: impl Fn(&Board) -> u64, raise: impl Fn(&Board, u64)) {
    let mut stops = Vec::new();
    for round in 1..=b.size.rounds {
        (0..2).for_each(|word| b.progress.set((me * LINE) as usize + word, 0));
        b.gate.wait();
        b.progress.set((me * LINE) as usize + 1, monotonic_ns());
        let finds = (round % b.size.workers == me).then(|| hit(b, round));
        stops.push(one(b, me, round, finds, &flag));
        if finds.is_some() {
            let of_all = |word: usize| (0..b.size.workers).map(move |w| b.progress.get((w * LINE) as usize + word));
            let seen: Vec<u64> = of_all(0).collect();
            let raised = monotonic_ns();
            raise(b, round);
            let at = place(b, round, 0);
            // Who has not come so far has no time yet, and has done nothing.
            b.seen.set(at, of_all(1).filter(|start| *start > 0).min().unwrap_or(raised));
            b.seen.set(at + 1, raised);
            (0..).zip(seen).for_each(|(w, count)| b.seen.set(at + 2 + w, count));
        }
        // Nobody begins a round before all have ended the last.
        b.gate.wait();
    }
    (1..)
        .zip(stops)
        .filter(|(round, _)| round % b.size.workers != me)
        .for_each(|(round, stop)| tell(b, me, round, stop));
    (1..=b.size.rounds).filter(|round| round % b.size.workers == me).for_each(|round| tell_raise(b, round));
}

/// Which of the finder's candidates hits in a round.
fn hit(b: &Board, round: u64) -> u64 {
    b.size.items / 2 + mix(b.size.seed ^ round) % (b.size.items / 2 + 1)
}

fn place(b: &Board, round: u64, word: u64) -> usize {
    (round * (b.size.workers + 2) + word) as usize
}

/// One worker's search of one round: when it stopped, after how many candidates.
fn one(b: &Board, me: u64, round: u64, finds: Option<u64>, flag: &impl Fn(&Board) -> u64) -> (u64, u64) {
    let mut left = b.size.every;
    for n in 1.. {
        candidate(n);
        b.progress.set((me * LINE) as usize, n);
        if finds == Some(n) {
            return (monotonic_ns(), n);
        }
        left -= 1;
        if left == 0 {
            left = b.size.every;
            if flag(b) >= round {
                return (monotonic_ns(), n);
            }
        }
    }
    unreachable!("somebody finds a hit in every round")
}

/// How long a worker went on after the raise, and how many candidates it searched meanwhile.
fn tell(b: &Board, me: u64, round: u64, (stopped, count): (u64, u64)) {
    let raised = b.seen.get(place(b, round, 1));
    let seen = b.seen.get(place(b, round, 2 + me));
    print(&[("latency", stopped.saturating_sub(raised)), ("wasted", count.saturating_sub(seen))]);
}

/// How many candidates all had searched until the raise, and in what time.
fn tell_raise(b: &Board, round: u64) {
    let searched: u64 = (0..b.size.workers).map(|w| b.seen.get(place(b, round, 2 + w))).sum();
    print(&[("searched", searched), ("took", b.seen.get(place(b, round, 1)) - b.seen.get(place(b, round, 0)))]);
}
