//! The barrier: everything before it is visible after it, one leader, and the dead hold nobody up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32 as Count, Ordering::Relaxed};

use super::machine::{Fault, buried, doom, explore, explore_kills, inject, last_exchange, run, tid};
use super::robust::{self, RobustWord};
use super::sync::AtomicU64;
use super::words::barrier::{arrive, leave};
use super::words::{WAITERS, owner_died};
use crate::engine::Data;

struct Hall {
    state: AtomicU64,
    parties: usize,
    /// Only worker 0 may die.
    life: Arc<RobustWord>,
    notes: Vec<Data>,
    leaders: Count,
}

impl Hall {
    fn new(parties: usize) -> Arc<Hall> {
        let notes = (0..parties).map(|_| Data::new()).collect();
        let life = RobustWord::new(tid(0) | WAITERS);
        Arc::new(Hall { state: AtomicU64::new(0), parties, life, notes, leaders: Count::new(0) })
    }

    fn dead(&self) -> u32 {
        u32::from(owner_died(&self.life.word))
    }

    /// What `shared::barrier::Barrier::wait` does.
    fn wait(&self, me: usize) {
        let came = arrive(&self.state, self.parties, me as u32, || self.dead());
        let leader = came & 1 == 1 || leave(&self.state, self.parties, came >> 1, || self.dead()) == 1;
        self.leaders.fetch_add(u32::from(leader), Relaxed);
    }

    fn read_all(&self) -> u64 {
        self.notes.iter().map(Data::get).sum()
    }
}

/// All write, meet, read what all have written, meet again, and write again.
pub fn meetings(parties: usize, second: bool) -> impl Fn() + Send + Sync {
    move || {
        let hall = Hall::new(parties);
        let worker = |me: usize| {
            let hall = hall.clone();
            Box::new(move || {
                hall.notes[me].set(1);
                hall.wait(me);
                assert_eq!(hall.read_all(), hall.parties as u64);
                if second {
                    hall.wait(me);
                    hall.notes[me].set(2);
                }
            }) as Box<dyn FnOnce() + Send>
        };
        run((0..parties).map(worker).collect());
        let generations = 1 + u32::from(second);
        assert_eq!(hall.leaders.load(Relaxed), generations, "one leader a meeting");
        assert_eq!(hall.state.latest() >> 32, u64::from(generations));
    }
}

/// All write, meet and read, but worker 0 may be killed at any moment.
pub fn death(parties: usize) -> impl Fn() + Send + Sync {
    move || {
        let hall = Hall::new(parties);
        let worker = |me: usize| {
            let hall = hall.clone();
            Box::new(move || {
                if me == 0 {
                    robust::push(&hall.life);
                    doom();
                }
                hall.notes[me].set(1);
                hall.wait(me);
                // Also what the dead one wrote, if it did: its death is no race.
                let notes = hall.read_all();
                assert!(notes + 1 >= hall.parties as u64, "{notes} notes");
            }) as Box<dyn FnOnce() + Send>
        };
        run((0..parties).map(worker).collect());
        assert_eq!(hall.state.latest() >> 32, 1, "the meeting is over, once");
        // The one who was killed led if the last thing it changed was the generation.
        let dead_led = buried(0) && last_exchange(0).is_some_and(|(from, to)| to >> 32 > from >> 32);
        assert_eq!(hall.leaders.load(Relaxed) + u32::from(dead_led), 1, "one leader");
    }
}

#[test]
fn two_workers_twice_complete() {
    explore(None, meetings(2, true));
}

#[test]
fn three_workers_once_3_preemptions() {
    explore(Some(3), meetings(3, false));
}

#[test]
fn a_kill_at_any_moment_of_two_complete() {
    assert!(explore_kills(None, death(2)) > 4);
}

#[test]
fn a_kill_at_any_moment_of_three_2_preemptions() {
    explore_kills(Some(2), death(3));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_torn_exchange_loses_an_arrival() {
    inject(Fault::Torn);
    explore(Some(3), meetings(2, false));
}

#[test]
#[should_panic(expected = "one leader")]
fn fault_torn_completion_makes_two_leaders() {
    inject(Fault::TornCompletion);
    explore_kills(Some(3), death(3));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_wake_nobody_leaves_a_sleeper() {
    inject(Fault::WakeNobody);
    explore(Some(3), meetings(2, false));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_sleep_blindly_leaves_a_sleeper() {
    inject(Fault::SleepBlindly);
    explore(Some(3), meetings(2, false));
}

#[test]
#[should_panic(expected = "exceeded max")]
fn fault_no_mark_makes_the_others_look_for_ever() {
    inject(Fault::NoMark);
    explore_kills(Some(2), death(2));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_time_makes_the_others_wait_for_the_dead() {
    inject(Fault::NoTime);
    explore_kills(Some(2), death(2));
}
