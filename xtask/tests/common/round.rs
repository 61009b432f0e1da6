//! A round of free workers that a test may kill. They wait for `let_go` at their end, so that no process id that the
//! test kills can be a stranger's.

use std::process::Child;
use std::time::{Duration, Instant};

use grader::drive::processes::spawn;
use shared::header::{HEADER_BYTES, Header, Role};
use shared::process::{pid, reports, times, wait_status};
use shared::region::{Layout, Region};
use shared::sys;

/// A round in which nothing at all happens for this long hangs. Workers on a busy machine still do something.
const SILENCE: Duration = Duration::from_secs(60);

/// A round under way.
pub struct Round {
    crew: Child,
    pub payload: Region,
    pub layout: Layout,
    pub killed: Vec<usize>,
    workers: usize,
    moved: (u64, Instant),
}

impl Round {
    /// Starts so many workers, all with the same function.
    pub fn start(
        binary: &std::path::Path,
        seed: u64,
        params: [u64; shared::header::PARAMS],
        layout: Layout,
        function: u64,
        workers: usize,
    ) -> Round {
        let roles = vec![Role { function, ..Role::default() }; workers];
        let header = Header { lab: 0, seed, grader: u64::from(std::process::id()), params, roles };
        let (header_file, region) = Region::create("lab-header", HEADER_BYTES).expect("shared memory");
        header.write(&region);
        let len = layout.bytes().next_multiple_of(4096);
        let (payload_file, payload) = Region::create("lab-payload", len).expect("shared memory");
        let crew = spawn(binary, "__crew", &[header_file, payload_file]).expect("the test lab starts");
        Round { crew, payload, layout, killed: Vec::new(), workers, moved: (0, Instant::now()) }
    }

    /// A word of an object.
    pub fn word(&self, object: u32, word: usize) -> u64 {
        let offset = self.layout.objects[object as usize].offset + word * 8;
        // Acquire: the workers write their progress after what it stands for.
        self.payload.word(offset).load(std::sync::atomic::Ordering::Acquire)
    }

    /// The first so many words of an object.
    pub fn words(&self, object: u32, count: usize) -> Vec<u64> {
        (0..count).map(|word| self.word(object, word)).collect()
    }

    /// Tells the workers something by an object of one word.
    pub fn set(&self, object: u32) {
        let offset = self.layout.objects[object as usize].offset;
        // Release: partner of the workers' acquire.
        self.payload.word(offset).store(1, std::sync::atomic::Ordering::Release);
    }

    /// The workers that were not killed.
    pub fn survivors(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.workers).filter(|w| !self.killed.contains(w))
    }

    /// Process ids and reports, for a message.
    pub fn workers_state(&self) -> String {
        let pids: Vec<u32> = (0..self.workers).map(|w| pid(&self.payload, w)).collect();
        let reports: Vec<_> = (0..self.workers).map(|w| reports(&self.payload, w)).collect();
        format!("killed {:?} of {pids:?}; reports {reports:?}", self.killed)
    }

    /// Waits until the condition holds. Bounded: `progress` must change now and then, or the test fails with `state`.
    pub fn wait_until(
        &mut self,
        progress: impl Fn(&Round) -> u64,
        state: impl Fn(&Round) -> String,
        condition: impl Fn(&Round) -> bool,
    ) {
        while !condition(self) {
            let begun = (0..self.workers).filter(|w| times(&self.payload, *w).0 != 0).count();
            let ended = (0..self.workers).filter(|w| wait_status(&self.payload, *w).is_some()).count();
            let now = progress(self) + (begun + ended) as u64;
            if now != self.moved.0 {
                self.moved = (now, Instant::now());
            }
            assert!(self.moved.1.elapsed() < SILENCE, "the workers hang: {}", state(self));
            std::thread::sleep(Duration::from_micros(20));
        }
    }

    /// Whether every worker has begun its role.
    pub fn has_begun(&self) -> bool {
        (0..self.workers).all(|w| times(&self.payload, w).0 != 0)
    }

    /// Whether every worker has ended.
    pub fn has_ended(&self) -> bool {
        (0..self.workers).all(|w| wait_status(&self.payload, w).is_some())
    }

    /// Kills one worker that has not been killed. It cannot have ended: workers wait to be let go.
    pub fn kill(&mut self, worker: usize) {
        sys::kill_process(pid(&self.payload, worker));
        self.killed.push(worker);
    }

    /// Whether the crew ended well, once every worker has ended.
    pub fn crew_ends_well(&mut self) -> bool {
        self.crew.wait().expect("the crew is our child").success()
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        // The workers die with the crew, which is our own child: a failed test leaves nobody behind.
        let _ = self.crew.kill();
        let _ = self.crew.wait();
    }
}

/// Kills that a torture test takes: so many, unless the environment says how many.
pub fn wanted_kills(usual: u64) -> u64 {
    std::env::var("TORTURE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
