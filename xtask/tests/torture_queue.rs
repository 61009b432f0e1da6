//! Producers and consumers hurry through a small queue while this test kills some of them at random moments.
//!
//! Wherever a worker dies, in the middle of a change of the queue, asleep for room, with a lease in its hands: nobody else
//! may hang, no item that was surely put may be lost, and an item may be done twice only because a dead worker had
//! leased it. `TORTURE_KILLS=2000 cargo test --test torture_queue` kills more often.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use common::round::{Round, wanted_kills};
use shared::process::wait_status;
use shared::testing::function;
use shared::testing::programs::Dice;
use shared::testing::torture_queue::{BATCH, ITEMS, PRODUCERS, WORKERS, layout, object};

/// Kills of workers at work that a test run takes, unless the environment says how many.
const KILLS: u64 = 150;
/// Items of all producers.
const ALL: usize = PRODUCERS * ITEMS;

/// How often an item was done.
fn seen(round: &Round, item: usize) -> u64 {
    (0..WORKERS).map(|w| round.word(object::SEEN, w * ALL + item)).sum()
}

/// Items put and done so far.
fn moves(round: &Round) -> u64 {
    let sum = |object, words| round.words(object, words).iter().sum::<u64>();
    sum(object::PUT, PRODUCERS) + sum(object::SEEN, WORKERS * ALL) + sum(object::DONE, WORKERS)
}

fn state(round: &Round) -> String {
    let [put, done] = [(object::PUT, PRODUCERS), (object::DONE, WORKERS)].map(|(o, words)| round.words(o, words));
    let missing = (0..ALL).filter(|item| seen(round, *item) == 0).count();
    let queue = round.words(object::QUEUE, 24);
    format!("{}; put {put:?}, done {done:?}, {missing} not done; queue {queue:x?}", round.workers_state())
}

/// Whether the producers that are left have put everything.
fn all_in(round: &Round) -> bool {
    round.survivors().filter(|w| *w < PRODUCERS).all(|w| round.word(object::DONE, w) == 1)
}

/// Lets the survivors empty the queue and end, and checks what a queue promises. Gives how many items were done twice.
fn finish(mut round: Round) -> u64 {
    let all_in = |round: &Round| round.survivors().filter(|w| *w < PRODUCERS).all(|w| round.word(object::DONE, w) == 1);
    round.wait_until(moves, state, all_in);
    round.set(object::ALL_IN);
    round.wait_until(moves, state, |round| {
        round.survivors().filter(|w| *w >= PRODUCERS).all(|w| round.word(object::DONE, w) == 1)
    });
    round.set(object::LET_GO);
    round.wait_until(moves, state, Round::has_ended);
    let state = state(&round);
    assert!(round.crew_ends_well(), "{state}");
    for worker in round.survivors() {
        assert_eq!(wait_status(&round.payload, worker), Some(0), "{state}");
    }
    for producer in 0..PRODUCERS {
        let put = round.word(object::PUT, producer) as usize;
        for number in 0..ITEMS {
            let times = seen(&round, producer * ITEMS + number);
            assert!(times > 0 || number >= put, "item {number} of producer {producer} is lost: {state}");
            assert!(times == 0 || number < put + BATCH as usize, "item {number} was never put: {state}");
        }
    }
    let twice: u64 = (0..ALL).map(|item| seen(&round, item).saturating_sub(1)).sum();
    let consumers = round.killed.iter().filter(|w| **w >= PRODUCERS).count() as u64;
    assert!(twice <= consumers * BATCH, "{twice} items done twice, {consumers} consumers killed: {state}");
    twice
}

#[test]
fn nothing_is_lost_and_nobody_hangs_when_workers_are_killed() {
    let wanted = wanted_kills(KILLS);
    let binary = common::testlab();
    let (mut kills, mut rounds, mut twice) = (0, 0, 0);
    while kills < wanted {
        // Kills that find everything done do not count; a test in which most do not is badly made, and must end as well.
        assert!(rounds < 3 * wanted + 10, "{kills} kills in {rounds} rounds");
        let mut dice = Dice(rounds << 20);
        let params = [0; shared::header::PARAMS];
        let mut round = Round::start(&binary, rounds, params, layout(), function::TORTURE_QUEUE, WORKERS);
        round.wait_until(moves, state, Round::has_begun);
        // One producer and up to two consumers: somebody of each kind must be left to end the round.
        let victims = [dice.roll(PRODUCERS as u64) as usize, PRODUCERS, PRODUCERS + 1 + dice.roll(2) as usize];
        let chosen: Vec<usize> = victims.into_iter().filter(|_| dice.roll(4) > 0).collect();
        for victim in chosen {
            let until = moves(&round) + dice.roll(ALL as u64 / 2);
            let over = |round: &Round| moves(round) >= until || all_in(round);
            round.wait_until(moves, state, over);
            kills += u64::from(round.word(object::DONE, victim) == 0);
            round.kill(victim);
        }
        twice += finish(round);
        rounds += 1;
    }
    println!("{kills} kills at work in {rounds} rounds of {WORKERS} workers; {twice} items done twice");
}
