//! Free workers hammer a lock, a value and a barrier while this test kills them at random moments.
//!
//! A killed worker runs no code of its own any more, wherever it was: inside the lock, between two words, asleep, half
//! way into a futex call. The others must go on, alone inside the lock, told when they must repair; and the barrier must
//! let them go. `TORTURE_KILLS=10000 cargo test --test torture` kills more often.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use common::round::{Round, wanted_kills};
use shared::process::{pid, times, wait_status};
use shared::testing::function;
use shared::testing::programs::Dice;
use shared::testing::torture::{MEETINGS_PARAM, TURNS, WORKERS, layout, object};

/// Kills of workers at work that a test run takes, unless the environment says how many.
const KILLS: u64 = 300;
/// Rounds in which a worker is killed as soon as it exists; in most of them that is before it begins.
const ROUNDS_BEFORE_THE_START: u64 = 200;
/// Meetings a round.
const MEETINGS: usize = 10;

fn start(binary: &std::path::Path, seed: u64) -> Round {
    let mut params = [0; shared::header::PARAMS];
    params[MEETINGS_PARAM] = MEETINGS as u64;
    Round::start(binary, seed, params, layout(MEETINGS), function::TORTURE, WORKERS)
}

/// Turns that all workers together have done.
fn turns(round: &Round) -> u64 {
    round.words(object::TALLY, WORKERS).iter().sum()
}

fn moves(round: &Round) -> u64 {
    let all = [object::TALLY, object::CAME, object::DONE].map(|o| round.words(o, WORKERS).iter().sum::<u64>());
    all.iter().sum::<u64>() + round.word(object::RECOVERED, 0)
}

fn state(round: &Round) -> String {
    let [tally, came, done] = [object::TALLY, object::CAME, object::DONE].map(|o| round.words(o, WORKERS));
    let locks = [object::LOCK, object::COUNTER_LOCK].map(|o| round.word(o, 0) as u32);
    let (barrier, workers) = (round.word(object::MEETING, 0), round.workers_state());
    format!("{workers}; turns {tally:?}, came {came:?}, done {done:?}; locks {locks:x?}, barrier {barrier:#x}")
}

/// Lets the survivors end and checks everything that a lock and a barrier promise.
fn finish(mut round: Round) -> Marks {
    round.wait_until(moves, state, |round| round.survivors().all(|w| round.word(object::DONE, w) == 1));
    round.set(object::LET_GO);
    round.wait_until(moves, state, Round::has_ended);
    let state = state(&round);
    assert!(round.crew_ends_well(), "{state}");
    assert_eq!(round.word(object::VIOLATIONS, 0), 0, "{state}");
    for worker in round.survivors() {
        assert_eq!(wait_status(&round.payload, worker), Some(0), "{state}");
        assert_eq!(round.word(object::TALLY, worker), MEETINGS as u64 * TURNS, "{state}");
        assert_eq!(round.word(object::CAME, worker), MEETINGS as u64, "{state}");
    }
    let (first, second) = (round.word(object::PAIR, 0), round.word(object::PAIR, 1));
    let dead = round.killed.len() as u64;
    // Whoever died last in the lock may have left the pair torn, with nobody left to repair it.
    assert!(first.abs_diff(second) <= u64::from(dead > 0), "the pair is {first}, {second}: {state}");
    // A dead worker may have done one turn that its tally does not show, in either of the two places.
    let turns = turns(&round);
    assert!((turns..=turns + dead).contains(&second), "{second} pairs: {state}");
    let counter = round.word(object::COUNTER, 0);
    assert!((turns..=turns + dead).contains(&counter), "the counter is {counter}: {state}");
    for meeting in 0..MEETINGS {
        let led: u64 = (0..WORKERS).map(|w| round.word(object::LED, meeting * WORKERS + w)).sum();
        // Without a leader only when it was killed.
        assert!(led == 1 || led == 0 && dead > 0, "{led} led meeting {meeting}: {state}");
    }
    Marks { recovered: round.word(object::RECOVERED, 0), turns }
}

/// What a round leaves for the statistics.
struct Marks {
    recovered: u64,
    turns: u64,
}

#[test]
fn nobody_hangs_and_nothing_breaks_when_workers_are_killed() {
    let wanted = wanted_kills(KILLS);
    let binary = common::testlab();
    let (mut kills, mut rounds, mut recovered, mut done) = (0, 0, 0, 0);
    while kills < wanted {
        // Kills that find everything done do not count; a test in which most do not is badly made, and must end as well.
        assert!(rounds < 3 * wanted + 10, "{kills} kills in {rounds} rounds");
        let mut dice = Dice(rounds << 20);
        let mut round = start(&binary, rounds);
        round.wait_until(moves, state, Round::has_begun);
        // One to three of the four die, each after a random part of what is still to be done.
        for _ in 0..1 + dice.roll(WORKERS as u64 - 1) {
            let left = round.survivors().count() as u64 * MEETINGS as u64 * TURNS;
            let until = turns(&round) + dice.roll(left.max(1));
            round.wait_until(moves, state, |round| {
                turns(round) >= until || round.survivors().all(|w| round.word(object::DONE, w) == 1)
            });
            let victim = round.survivors().nth(dice.roll(round.survivors().count() as u64) as usize);
            let victim = victim.expect("at most three of four are killed");
            kills += u64::from(round.word(object::DONE, victim) == 0);
            round.kill(victim);
        }
        let marks = finish(round);
        recovered += marks.recovered;
        done += marks.turns;
        rounds += 1;
    }
    println!("{kills} kills at work in {rounds} rounds of {WORKERS} workers; {done} turns, {recovered} recoveries");
    assert!(recovered > 0, "nobody died inside a lock: {kills} kills test less than they should");
}

#[test]
fn whoever_dies_before_the_start_counts_as_dead_and_holds_nobody_up() {
    let binary = common::testlab();
    let mut before_the_start = 0;
    for seed in 0..ROUNDS_BEFORE_THE_START {
        let mut round = start(&binary, seed);
        round.wait_until(moves, state, |round| pid(&round.payload, 0) != 0);
        round.kill(0);
        before_the_start += u32::from(times(&round.payload, 0).0 == 0);
        finish(round);
        if before_the_start == 3 {
            return;
        }
    }
    panic!("in {ROUNDS_BEFORE_THE_START} rounds only {before_the_start} workers died before the start");
}
