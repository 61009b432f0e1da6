//! Free workers hammer a lock, a value and a barrier while this test kills them at random moments.
//!
//! A killed worker runs no code of its own any more, wherever it was: inside the lock, between two words, asleep, half
//! way into a futex call. The others must go on, alone inside the lock, told when they must repair; and the barrier must
//! let them go. `TORTURE_KILLS=10000 cargo test --test torture` kills more often.

// Real workers need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use std::process::Child;
use std::time::{Duration, Instant};

use grader::drive::processes::spawn;
use shared::header::{HEADER_BYTES, Header, Role};
use shared::process::{pid, reports, times, wait_status};
use shared::region::{Layout, Region};
use shared::sys;
use shared::testing::function;
use shared::testing::programs::Dice;
use shared::testing::torture::{MEETINGS_PARAM, TURNS, WORKERS, layout, object};

/// Kills of workers at work that a test run takes, unless the environment says how many.
const KILLS: u64 = 300;
/// Meetings a round.
const MEETINGS: usize = 10;
/// Rounds in which a worker is killed as soon as it exists; in most of them that is before it begins.
const ROUNDS_BEFORE_THE_START: u64 = 200;
/// A round in which nothing at all happens for this long hangs. Workers on a busy machine still do something.
const SILENCE: Duration = Duration::from_secs(60);

/// A round under way.
struct Round {
    crew: Child,
    payload: Region,
    layout: Layout,
    killed: Vec<usize>,
    moved: (u64, Instant),
}

impl Round {
    fn start(binary: &std::path::Path, seed: u64) -> Round {
        let mut params = [0; shared::header::PARAMS];
        params[MEETINGS_PARAM] = MEETINGS as u64;
        let roles = vec![Role { function: function::TORTURE, ..Role::default() }; WORKERS];
        let header = Header { lab: 0, seed, grader: u64::from(std::process::id()), params, roles };
        let (header_file, region) = Region::create("lab-header", HEADER_BYTES).expect("shared memory");
        header.write(&region);
        let layout = layout(MEETINGS);
        let len = layout.bytes().next_multiple_of(4096);
        let (payload_file, payload) = Region::create("lab-payload", len).expect("shared memory");
        let crew = spawn(binary, "__crew", &[header_file, payload_file]).expect("the test lab starts");
        Round { crew, payload, layout, killed: Vec::new(), moved: (0, Instant::now()) }
    }

    fn word(&self, object: u32, word: usize) -> u64 {
        let offset = self.layout.objects[object as usize].offset + word * 8;
        // Acquire: the workers write their progress after what it stands for.
        self.payload.word(offset).load(std::sync::atomic::Ordering::Acquire)
    }

    fn words(&self, object: u32) -> [u64; WORKERS] {
        std::array::from_fn(|w| self.word(object, w))
    }

    /// Turns that all workers together have done.
    fn progress(&self) -> u64 {
        self.words(object::TALLY).iter().sum()
    }

    fn survivors(&self) -> impl Iterator<Item = usize> + '_ {
        (0..WORKERS).filter(|w| !self.killed.contains(w))
    }

    /// Fails when nothing at all has happened for a long time.
    fn watch(&mut self) {
        let all = [object::TALLY, object::CAME, object::DONE].map(|o| self.words(o).iter().sum::<u64>());
        let begun = (0..WORKERS).filter(|w| times(&self.payload, *w).0 != 0).count();
        let ended = (0..WORKERS).filter(|w| wait_status(&self.payload, *w).is_some()).count();
        let now = all.iter().sum::<u64>() + (begun + ended) as u64 + self.word(object::RECOVERED, 0);
        if now != self.moved.0 {
            self.moved = (now, Instant::now());
        }
        assert!(self.moved.1.elapsed() < SILENCE, "the workers hang: {}", self.state());
    }

    fn state(&self) -> String {
        let [tally, came, done] = [object::TALLY, object::CAME, object::DONE].map(|o| self.words(o));
        let locks = [object::LOCK, object::COUNTER_LOCK].map(|o| self.word(o, 0) as u32);
        let pids: Vec<u32> = (0..WORKERS).map(|w| pid(&self.payload, w)).collect();
        let reports: Vec<_> = (0..WORKERS).map(|w| reports(&self.payload, w)).collect();
        let (barrier, killed) = (self.word(object::MEETING, 0), &self.killed);
        format!(
            "killed {killed:?} of {pids:?}; turns {tally:?}, came {came:?}, done {done:?}; locks {locks:x?}, barrier \
             {barrier:#x}; reports {reports:?}"
        )
    }

    /// Waits until the condition holds. Bounded, because somebody must make progress or the test fails.
    fn wait_until(&mut self, condition: impl Fn(&Round) -> bool) {
        while !condition(self) {
            self.watch();
            std::thread::sleep(Duration::from_micros(20));
        }
    }

    /// Kills one worker that has not been killed. It cannot have ended: workers wait for [`Round::finish`].
    fn kill(&mut self, worker: usize) -> bool {
        let at_work = self.word(object::DONE, worker) == 0;
        sys::kill_process(pid(&self.payload, worker));
        self.killed.push(worker);
        at_work
    }

    /// Lets the survivors end and checks everything that a lock and a barrier promise.
    fn finish(mut self) -> Marks {
        self.wait_until(|round| round.survivors().all(|w| round.word(object::DONE, w) == 1));
        let offset = self.layout.objects[object::LET_GO as usize].offset;
        self.payload.word(offset).store(1, std::sync::atomic::Ordering::Release);
        self.wait_until(|round| (0..WORKERS).all(|w| wait_status(&round.payload, w).is_some()));
        let state = self.state();
        assert!(self.crew.wait().expect("the crew is our child").success(), "{state}");
        assert_eq!(self.word(object::VIOLATIONS, 0), 0, "{state}");
        for worker in self.survivors() {
            assert_eq!(wait_status(&self.payload, worker), Some(0), "{state}");
            assert_eq!(self.word(object::TALLY, worker), MEETINGS as u64 * TURNS, "{state}");
            assert_eq!(self.word(object::CAME, worker), MEETINGS as u64, "{state}");
        }
        let (first, second) = (self.word(object::PAIR, 0), self.word(object::PAIR, 1));
        let dead = self.killed.len() as u64;
        // Whoever died last in the lock may have left the pair torn, with nobody left to repair it.
        assert!(first.abs_diff(second) <= u64::from(dead > 0), "the pair is {first}, {second}: {state}");
        // A dead worker may have done one turn that its tally does not show, in either of the two places.
        let turns = self.progress();
        assert!((turns..=turns + dead).contains(&second), "{second} pairs: {state}");
        let counter = self.word(object::COUNTER, 0);
        assert!((turns..=turns + dead).contains(&counter), "the counter is {counter}: {state}");
        for meeting in 0..MEETINGS {
            let led: u64 = (0..WORKERS).map(|w| self.word(object::LED, meeting * WORKERS + w)).sum();
            // Without a leader only when it was killed.
            assert!(led == 1 || led == 0 && dead > 0, "{led} led meeting {meeting}: {state}");
        }
        Marks { recovered: self.word(object::RECOVERED, 0), turns }
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        // The workers die with the crew, which is our own child: a failed test leaves nobody behind.
        let _ = self.crew.kill();
        let _ = self.crew.wait();
    }
}

/// What a round leaves for the statistics.
struct Marks {
    recovered: u64,
    turns: u64,
}

#[test]
fn nobody_hangs_and_nothing_breaks_when_workers_are_killed() {
    let wanted = std::env::var("TORTURE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let binary = common::testlab();
    let (mut kills, mut rounds, mut recovered, mut turns) = (0, 0, 0, 0);
    while kills < wanted {
        // Kills that find everything done do not count; a test in which most do not is badly made, and must end as well.
        assert!(rounds < 3 * wanted + 10, "{kills} kills in {rounds} rounds");
        let mut dice = Dice(rounds << 20);
        let mut round = Round::start(&binary, rounds);
        round.wait_until(|round| (0..WORKERS).all(|w| times(&round.payload, w).0 != 0));
        // One to three of the four die, each after a random part of what is still to be done.
        for _ in 0..1 + dice.roll(WORKERS as u64 - 1) {
            let so_far = round.progress();
            let left = round.survivors().count() as u64 * MEETINGS as u64 * TURNS;
            let until = so_far + dice.roll(left.max(1));
            round.wait_until(|round| {
                round.progress() >= until || round.survivors().all(|w| round.word(object::DONE, w) == 1)
            });
            let victim = round.survivors().nth(dice.roll(round.survivors().count() as u64) as usize);
            kills += u64::from(round.kill(victim.expect("at most three of four are killed")));
        }
        let marks = round.finish();
        recovered += marks.recovered;
        turns += marks.turns;
        rounds += 1;
    }
    println!("{kills} kills at work in {rounds} rounds of {WORKERS} workers; {turns} turns, {recovered} recoveries");
    assert!(recovered > 0, "nobody died inside a lock: {kills} kills test less than they should");
}

#[test]
fn whoever_dies_before_the_start_counts_as_dead_and_holds_nobody_up() {
    let binary = common::testlab();
    let mut before_the_start = 0;
    for seed in 0..ROUNDS_BEFORE_THE_START {
        let mut round = Round::start(&binary, seed);
        round.wait_until(|round| pid(&round.payload, 0) != 0);
        round.kill(0);
        before_the_start += u32::from(times(&round.payload, 0).0 == 0);
        round.finish();
        if before_the_start == 3 {
            return;
        }
    }
    panic!("in {ROUNDS_BEFORE_THE_START} rounds only {before_the_start} workers died before the start");
}
