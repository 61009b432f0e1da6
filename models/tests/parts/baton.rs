//! The baton: no turn is lost in either direction, the page goes with it, and a dead worker does not keep it.

use std::sync::Arc;

use super::machine::{Fault, buried, doom, explore, explore_kills, inject, pardon, run, tid};
use super::robust::{self, RobustWord};
use super::words::baton::{hand_over, wait_while};
use super::words::{LOOK_AGAIN, OWNER_DIED};
use crate::engine::Data;

// As in `shared::baton::state`.
const ANNOUNCED: u32 = 0x2000_0002;
const DONE: u32 = 0x2000_0003;

struct Page {
    baton: Arc<RobustWord>,
    request: Data,
    answer: Data,
}

/// A worker, process 0, asks `steps` times; the grader answers. `doomed` tells at which steps the worker may be killed, `timed`
/// whether the grader sleeps with a limit.
fn game(steps: u64, doomed: fn(Moment) -> bool, timed: bool) -> impl Fn() + Send + Sync {
    move || {
        let page = Arc::new(Page { baton: RobustWord::new(tid(0)), request: Data::new(), answer: Data::new() });
        let (mine, theirs) = (page.clone(), page);
        run(vec![Box::new(move || worker(&mine, steps, doomed)), Box::new(move || grader(&theirs, steps, timed))]);
    }
}

/// Where a worker is.
#[derive(Clone, Copy, PartialEq)]
pub enum Moment {
    /// It has the turn.
    Running,
    /// It gives the turn away or waits for it.
    Parked,
}

fn worker(page: &Page, steps: u64, doomed: fn(Moment) -> bool) {
    robust::push(&page.baton);
    let now = |moment| if doomed(moment) { doom() } else { pardon() };
    for step in 1..=steps {
        now(Moment::Running);
        page.request.set(step);
        super::machine::step();
        now(Moment::Parked);
        hand_over(&page.baton.word, ANNOUNCED);
        assert_eq!(wait_while(&page.baton.word, ANNOUNCED, None), tid(0), "the turn comes back");
        assert_eq!(page.answer.get(), step * 10, "the answer comes with the turn");
    }
    now(Moment::Running);
    page.request.set(0);
    super::machine::step();
    now(Moment::Parked);
    hand_over(&page.baton.word, DONE);
}

fn grader(page: &Page, steps: u64, timed: bool) {
    let limit = timed.then_some(LOOK_AGAIN);
    let mut answered = 0;
    loop {
        match wait_while(&page.baton.word, tid(0), limit) {
            ANNOUNCED => {
                answered += 1;
                assert_eq!(page.request.get(), answered, "the request comes with the turn");
                page.answer.set(answered * 10);
                hand_over(&page.baton.word, tid(0));
            }
            DONE => {
                assert_eq!((page.request.get(), answered), (0, steps), "all steps were seen");
                return;
            }
            now if now & OWNER_DIED != 0 => {
                // What the dead one left behind may be read.
                page.request.get();
                return;
            }
            // It was killed while it did not have the turn: nobody marks the word, and only the limit makes us look.
            now => {
                assert!(timed && now == tid(0), "{now:x}");
                if buried(0) {
                    return;
                }
            }
        }
    }
}

/// Nobody dies.
pub fn turns(steps: u64, timed: bool) -> impl Fn() + Send + Sync {
    game(steps, |_| false, timed)
}

/// The worker may be killed at any moment; the grader looks again from time to time.
pub fn death() -> impl Fn() + Send + Sync {
    game(1, |_| true, true)
}

/// The worker may be killed while it runs; the grader sleeps without a limit.
pub fn death_while_running() -> impl Fn() + Send + Sync {
    game(1, |moment| moment == Moment::Running, false)
}

#[test]
fn one_turn_complete() {
    explore(None, turns(1, false));
    explore(None, turns(1, true));
}

#[test]
fn three_turns_3_preemptions() {
    explore(Some(3), turns(3, false));
}

#[test]
fn three_turns_with_a_limit_3_preemptions() {
    explore(Some(3), turns(3, true));
}

#[test]
fn a_kill_at_any_moment_4_preemptions() {
    assert!(explore_kills(Some(4), death()) > 6);
}

#[test]
fn a_kill_while_running_needs_no_limit_complete() {
    assert_eq!(explore_kills(None, death_while_running()), 2);
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_wake_nobody_loses_the_turn() {
    inject(Fault::WakeNobody);
    explore(None, turns(1, false));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_sleep_blindly_loses_the_turn() {
    inject(Fault::SleepBlindly);
    explore(None, turns(1, false));
}

#[test]
#[should_panic]
fn fault_torn_exchange_loses_the_turn() {
    inject(Fault::Torn);
    explore(None, turns(1, false));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_funeral_makes_the_grader_wait_for_the_dead() {
    inject(Fault::NoFuneral);
    explore_kills(None, death_while_running());
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_time_makes_the_grader_wait_for_the_dead() {
    inject(Fault::NoTime);
    explore_kills(None, death());
}
