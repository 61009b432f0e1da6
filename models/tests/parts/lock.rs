//! The lock and the brief lock: one at a time, everything published, nobody left asleep, the dead recovered exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::machine::{Fault, doom, explore, explore_kills, inject, marked, run, tid};
use super::robust::RobustWord;
use super::words::{brief, lock};
use crate::engine::Data;

/// One of the two locks: how it is taken and freed.
#[derive(Clone, Copy)]
pub struct Kind(fn(&RobustWord, u32) -> bool, fn(&RobustWord));

/// The lock of the labs.
pub const LOCK: Kind = Kind(lock::acquire, lock::release);
/// The lock of the queue's ends.
pub const BRIEF: Kind = Kind(brief::acquire, brief::release);

struct Room {
    kind: Kind,
    lock: Arc<RobustWord>,
    visits: Data,
    recoveries: AtomicU32,
}

impl Room {
    fn new(kind: Kind) -> Arc<Room> {
        Arc::new(Room { kind, lock: RobustWord::new(0), visits: Data::new(), recoveries: AtomicU32::new(0) })
    }

    fn enter(&self, process: usize) {
        let recovered = (self.kind.0)(&self.lock, tid(process));
        self.recoveries.fetch_add(u32::from(recovered), Relaxed);
        self.visits.set(self.visits.get() + 1);
    }

    fn visit(&self, process: usize) {
        self.enter(process);
        self.leave();
    }

    fn leave(&self) {
        (self.kind.1)(&self.lock);
    }
}

/// All visit, again and again, and count their visits in a plain number.
pub fn visitors(kind: Kind, processes: usize, visits: u64) -> impl Fn() + Send + Sync {
    move || {
        let room = Room::new(kind);
        let visitor = |process| {
            let room = room.clone();
            Box::new(move || (0..visits).for_each(|_| room.visit(process))) as Box<dyn FnOnce() + Send>
        };
        run((0..processes).map(visitor).collect());
        assert_eq!(room.visits.get(), processes as u64 * visits);
        assert_eq!(room.recoveries.load(Relaxed), 0, "nobody died");
    }
}

/// All visit once, but process 0 may be killed at any moment; another comes when all is over.
pub fn death(kind: Kind, processes: usize) -> impl Fn() + Send + Sync {
    move || {
        let room = Room::new(kind);
        let visitor = |process| {
            let room = room.clone();
            Box::new(move || {
                if process == 0 {
                    doom();
                }
                room.visit(process);
            }) as Box<dyn FnOnce() + Send>
        };
        run((0..processes).map(visitor).collect());
        let marks = marked();
        let last = room.clone();
        run(vec![Box::new(move || last.visit(0))]);
        assert_eq!(room.recoveries.load(Relaxed), marks, "each death with the lock is told exactly once");
    }
}

/// Everybody visits a second room from inside the first, and process 0 may be killed at any moment: what it holds of the
/// two, the kernel finds in the list or pending. Another looks at both when all is over.
pub fn death_in_two(kind: Kind, processes: usize) -> impl Fn() + Send + Sync {
    move || {
        let rooms = [Room::new(kind), Room::new(kind)];
        let visitor = |process| {
            let [outer, inner] = rooms.clone();
            Box::new(move || {
                if process == 0 {
                    doom();
                }
                outer.enter(process);
                inner.visit(process);
                outer.leave();
            }) as Box<dyn FnOnce() + Send>
        };
        run((0..processes).map(visitor).collect());
        let marks = marked();
        let last = rooms.clone();
        run(vec![Box::new(move || last.iter().for_each(|room| room.visit(0)))]);
        let recovered: u32 = rooms.iter().map(|room| room.recoveries.load(Relaxed)).sum();
        assert_eq!(recovered, marks, "each death with a lock is told exactly once");
    }
}

#[test]
fn a_kill_at_any_moment_inside_two_locks_complete() {
    let moments = explore_kills(None, death_in_two(LOCK, 2));
    assert!(moments > 15, "{moments} moments");
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_funeral_leaves_the_outer_lock_held() {
    inject(Fault::NoFuneral);
    explore_kills(Some(3), death_in_two(LOCK, 2));
}

#[test]
fn two_processes_twice_complete() {
    explore(None, visitors(LOCK, 2, 2));
}

#[test]
fn three_processes_once_3_preemptions() {
    explore(Some(3), visitors(LOCK, 3, 1));
}

#[test]
fn a_kill_at_any_moment_of_two_complete() {
    let moments = explore_kills(None, death(LOCK, 2));
    assert!(moments > 10, "{moments} moments");
}

#[test]
fn a_kill_at_any_moment_of_three_3_preemptions() {
    explore_kills(Some(3), death(LOCK, 3));
}

#[test]
#[should_panic]
fn fault_torn_exchange_lets_two_in() {
    inject(Fault::Torn);
    explore(Some(3), visitors(LOCK, 2, 1));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_forgotten_sleepers_sleep_for_ever() {
    inject(Fault::ForgetSleepers);
    explore(Some(3), visitors(LOCK, 3, 1));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_wake_nobody_leaves_a_sleeper() {
    inject(Fault::WakeNobody);
    explore(Some(3), visitors(LOCK, 2, 1));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_sleep_blindly_leaves_a_sleeper() {
    inject(Fault::SleepBlindly);
    explore(Some(3), visitors(LOCK, 2, 1));
}

#[test]
#[should_panic(expected = "told exactly once")]
fn fault_no_mark_hides_the_death() {
    inject(Fault::NoMark);
    explore_kills(Some(3), death(LOCK, 2));
}

#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_funeral_leaves_the_lock_held() {
    inject(Fault::NoFuneral);
    explore_kills(Some(3), death(LOCK, 2));
}

/// Why a locker sleeps with a limit: the one who should wake it may be killed while a newcomer takes the lock.
#[test]
#[should_panic(expected = "deadlock")]
fn fault_no_time_leaves_a_sleeper_of_a_killed_waker() {
    inject(Fault::NoTime);
    explore_kills(Some(3), death(LOCK, 3));
}

#[test]
fn brief_two_processes_twice_complete() {
    explore(None, visitors(BRIEF, 2, 2));
}

#[test]
fn brief_a_kill_at_any_moment_of_two_complete() {
    let moments = explore_kills(None, death(BRIEF, 2));
    assert!(moments > 4, "{moments} moments");
}

#[test]
fn brief_a_kill_at_any_moment_inside_two_locks_3_preemptions() {
    let moments = explore_kills(Some(3), death_in_two(BRIEF, 2));
    assert!(moments > 12, "{moments} moments");
}

#[test]
fn brief_three_processes_once_3_preemptions() {
    explore(Some(3), visitors(BRIEF, 3, 1));
}

#[test]
fn brief_three_processes_twice_2_preemptions() {
    explore(Some(2), visitors(BRIEF, 3, 2));
}

#[test]
fn brief_a_kill_at_any_moment_of_three_2_preemptions() {
    explore_kills(Some(2), death(BRIEF, 3));
}

#[test]
#[should_panic]
fn brief_fault_torn_exchange_lets_two_in() {
    inject(Fault::Torn);
    explore(Some(3), visitors(BRIEF, 2, 1));
}

#[test]
#[should_panic(expected = "told exactly once")]
fn brief_fault_no_mark_hides_the_death() {
    inject(Fault::NoMark);
    explore_kills(Some(3), death(BRIEF, 2));
}
