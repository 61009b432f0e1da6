//! One execution: a machine, the grader's model beside it, and the steps so far.

use anyhow::Result;
use shared::baton::{Action, NO_OBJECT, Op};
use shared::endpoint::ring;
use shared::region::Layout;

use super::looks::{Looks, Waits};
use super::machine::{Broken, Machine, Stop};
use super::model::{Life, Model};
use super::step::{Choice, Step, What, is_local};

/// The most steps an execution may take; a scenario needs a few dozen.
pub const MAX_STEPS: usize = 20_000;

/// How often spinners are let go on when nobody else is left to change what they look at. A loop with fewer rounds than
/// this ends by itself; a longer one is a livelock.
pub const PATIENCE: u32 = 200;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every worker's function returned, or it was killed.
    Complete,
    /// Nobody can go on: each waiting worker with what it waits for.
    Deadlock(Vec<(usize, Op)>),
    /// These workers look at unchanged objects for ever.
    Livelock(Vec<(usize, Op)>),
    /// A worker panicked or left the protocol; the last step says how.
    Broken(usize),
    /// More than [`MAX_STEPS`] steps.
    TooLong,
}

/// The unchanging part of an execution: what is shared, and what computations answer.
pub struct Setting<'s> {
    /// The object table.
    pub layout: &'s Layout,
    /// How many workers take part.
    pub workers: usize,
    /// The answer to worker `w`'s computation of task (a, b).
    pub answer: &'s dyn Fn(usize, u64, u64) -> u64,
    /// How many last looks a spinner has; [`PATIENCE`] outside tests of the searches.
    pub patience: u32,
}

/// An execution under way.
pub struct Execution<'m> {
    machine: &'m mut dyn Machine,
    setting: &'m Setting<'m>,
    /// The state of everything shared.
    pub model: Model,
    /// What was granted so far.
    pub steps: Vec<Step>,
    stops: Vec<Stop>,
    looks: Vec<Looks>,
    /// Where workers are known to wait, for a search that learns it.
    waits: Option<&'m Waits>,
    /// Operations after which memory has not been compared with the model yet.
    unchecked: Vec<Op>,
    broken: Option<usize>,
    /// Whether the scheduler has killed a worker; what a supervisor does to its crew does not count.
    killed: bool,
}

impl<'m> Execution<'m> {
    /// Starts from the initial state and runs every worker to its first shared operation.
    ///
    /// # Errors
    /// Only when something of ours fails.
    pub fn start(machine: &'m mut dyn Machine, setting: &'m Setting<'m>) -> Result<Self> {
        Execution::begin(machine, setting, None)
    }

    /// [`Execution::start`] for a scheduler that will take these choices, all of which were possible before, and then go
    /// [onward](crate::search::replay::onward). The steps are the same; they cost fewer switches of processes.
    ///
    /// # Errors
    /// As [`Execution::start`].
    pub fn start_towards(
        machine: &'m mut dyn Machine,
        setting: &'m Setting<'m>,
        choices: Vec<(Choice, Op)>,
    ) -> Result<Self> {
        Execution::begin(machine, setting, Some(choices))
    }

    fn begin(
        machine: &'m mut dyn Machine,
        setting: &'m Setting<'m>,
        choices: Option<Vec<(Choice, Op)>>,
    ) -> Result<Self> {
        let stops = machine.start(choices)?;
        let model = Model::new(setting.layout, setting.workers);
        let looks = (0..setting.workers).map(Looks::of).collect();
        let waiting = vec![Stop::Dead; stops.len()];
        let (steps, unchecked) = (Vec::new(), Vec::new());
        let mut new = Execution {
            machine,
            setting,
            model,
            steps,
            stops: waiting,
            looks,
            waits: None,
            unchecked,
            broken: None,
            killed: false,
        };
        for (worker, stop) in stops.into_iter().enumerate() {
            new.arrive(worker, stop)?;
        }
        Ok(new)
    }

    /// What a worker waits to do.
    pub fn pending(&self, worker: usize) -> Option<&Op> {
        match &self.stops[worker] {
            Stop::Announced(op) => Some(op),
            _ => None,
        }
    }

    /// What else this worker looks at in turn when it wants to look once more: whoever changes any of it may let it go on.
    pub fn watched(&self, worker: usize) -> impl Iterator<Item = &Op> {
        self.pending(worker).into_iter().flat_map(move |op| self.looks[worker].watched(op))
    }

    /// Whether a kill of this worker is possible and makes sense: one an execution, and its function has not returned.
    pub fn is_killable(&self, worker: usize) -> bool {
        !self.killed && self.pending(worker).is_some_and(|op| op.action != Action::End)
    }

    /// Bit set of the workers that may be granted now. Spinners come in only when nobody else can go on.
    pub fn enabled(&self) -> u64 {
        let (mut able, mut spinning) = (0, 0);
        for worker in 0..self.stops.len() {
            if let Some(op) = self.pending(worker).filter(|op| self.model.enabled(worker, op)) {
                able |= 1 << worker;
                spinning |= u64::from(self.is_spinning(worker, op)) << worker;
            }
        }
        match (able & !spinning, self.patient(able)) {
            (0, 0) => self.at_their_deadlines(),
            (0, patient) => patient,
            (busy, _) => busy,
        }
    }

    /// The workers whose deadline passes now that nobody can go on.
    fn at_their_deadlines(&self) -> u64 {
        let passes = |w: &usize| self.pending(*w).is_some_and(|op| self.model.awaits_deadline(op));
        (0..self.stops.len()).filter(passes).fold(0, |bits, w| bits | 1 << w)
    }

    /// Of these spinners, the ones that have not used up their last looks.
    fn patient(&self, spinners: u64) -> u64 {
        let tired = |w: &usize| spinners >> w & 1 == 1 && self.looks[*w].last_looks < self.setting.patience;
        (0..self.stops.len()).filter(tired).fold(0, |bits, w| bits | 1 << w)
    }

    fn is_spinning(&self, worker: usize, op: &Op) -> bool {
        self.looks[worker].is_spinning(op, &self.model, self.waits)
    }

    /// Whether what this worker wants to do would be the look of a spinner.
    pub fn is_last_look(&self, worker: usize) -> bool {
        self.pending(worker).is_some_and(|op| self.model.enabled(worker, op) && self.is_spinning(worker, op))
    }

    /// Whether a worker wants a lock that it holds: there is nothing to look at any more.
    fn waits_for_itself(&self, worker: usize, op: &Op) -> bool {
        op.action == Action::Lock && self.model.held_by(worker).any(|lock| lock == op.object as usize)
    }

    /// From now on, workers look only once where they are known to wait, and where they do is remembered. Where there are
    /// deadlines every look counts, because it takes time.
    pub fn learn(&mut self, waits: &'m Waits) {
        self.waits = Some(waits).filter(|_| !self.model.has_streams);
    }

    /// The machine that executes: tests look at its real memory.
    pub fn machine(&self) -> &dyn Machine {
        self.machine
    }

    /// How the execution ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        if let Some(worker) = self.broken {
            return Some(Ending::Broken(worker));
        }
        if self.steps.len() >= MAX_STEPS {
            return Some(Ending::TooLong);
        }
        if self.enabled() != 0 {
            return None;
        }
        let waiting: Vec<(usize, Op)> =
            (0..self.stops.len()).filter_map(|w| self.pending(w).map(|op| (w, *op))).collect();
        let spinners: Vec<(usize, Op)> = waiting.iter().copied().filter(|(w, op)| self.model.enabled(*w, op)).collect();
        Some(match (waiting.is_empty(), spinners.is_empty()) {
            (true, _) => Ending::Complete,
            (_, true) => Ending::Deadlock(waiting),
            _ => Ending::Livelock(spinners),
        })
    }

    /// Takes one choice, which must be possible, and everything local that follows.
    ///
    /// # Errors
    /// Only when something of ours fails.
    pub fn take(&mut self, choice: Choice) -> Result<()> {
        let worker = choice.worker();
        let op = *self.pending(worker).expect("only waiting workers are chosen");
        match choice {
            Choice::Run(_) if op.action == Action::End => {
                self.end(worker, What::Returned);
                Ok(())
            }
            Choice::Run(_) => {
                let stop = self.grant(worker, op)?;
                self.carry_out(&op)?;
                self.arrive(worker, stop)
            }
            Choice::Kill(_) => {
                self.killed = true;
                self.model.kill(worker);
                self.kill(worker, op)
            }
        }
    }

    fn kill(&mut self, worker: usize, op: Op) -> Result<()> {
        self.machine.kill(worker)?;
        self.stops[worker] = Stop::Dead;
        self.looks[worker] = Looks::of(worker);
        self.steps.push(Step::new(worker, What::Killed(op)));
        Ok(())
    }

    /// A supervisor has given an order, which the model has carried out already: now the machine does.
    fn carry_out(&mut self, op: &Op) -> Result<()> {
        let effective = self.steps.last().is_some_and(|s| s.result == 1);
        let target = op.a as usize;
        match op.action {
            Action::CrewKill if effective => {
                let intent = *self.pending(target).expect("a living worker waits for its turn");
                self.kill(target, intent)
            }
            Action::CrewRespawn if effective => {
                let stop = self.machine.respawn(target)?;
                self.arrive(target, stop)
            }
            _ => Ok(()),
        }
    }

    fn grant(&mut self, worker: usize, op: Op) -> Result<Stop> {
        let sees = self.model.sight(&op);
        if let Some(sees) = sees {
            self.looks[worker].look(&op, sees, &self.model);
        }
        // What a receiver reads is not in its result.
        let received = matches!(op.action, Action::Receive | Action::ReceiveAny).then(|| self.model.things.clone());
        let bytes = match op.action {
            Action::Send | Action::TrySend => self.machine.bytes(worker),
            _ => Vec::new(),
        };
        let text = match op.action {
            Action::Note => Some(self.machine.text(worker)),
            Action::Send | Action::TrySend => Some(bytes.iter().map(|b| char::from(*b)).collect()),
            _ => None,
        };
        let mut data = if op.action == Action::Put { self.machine.data(worker) } else { Vec::new() };
        let expected = match op.action {
            Action::Compute => (self.setting.answer)(worker, op.a, op.b),
            _ => self.model.apply(worker, &op, &mut data),
        };
        let items = self.model.item_count(&op, &data);
        // What a computation answers, when a deadline passes, what a supervisor learns: only the grader knows.
        let (result, stop) = self.machine.grant(worker, expected)?;
        // Anything that changes the world or the worker's own knowledge by computing ends a wait.
        if sees.is_none() && !matches!(op.action, Action::Note | Action::Report | Action::Sleep) {
            self.looks[worker].act(&op, &(result, &data, received));
        }
        self.steps.push(Step { result, text, data, items, ..Step::new(worker, What::Did(op)) });
        // A worker that panicked or died in the middle of the operation says more than the difference it left.
        Ok(match (&stop, self.mismatch(&op, expected, result, &bytes)) {
            (Stop::Announced(_) | Stop::Finished, Some(why)) => Stop::Broken(Broken::Tampered(why)),
            _ => stop,
        })
    }

    /// Compares what the operation gave and left in memory with the model.
    ///
    /// While a worker is ahead of its steps, so is memory: then it is compared when the steps have caught up.
    fn mismatch(&mut self, op: &Op, expected: u64, result: u64, bytes: &[u8]) -> Option<String> {
        if result != expected {
            return Some(format!("{:?} gave {result}, but must give {expected}", op.action));
        }
        if matches!(op.action, Action::Send | Action::TrySend) && !self.bytes_arrived(op, result, bytes) {
            return Some(format!("{:?} of {} bytes put other bytes on their way than it announced", op.action, op.a));
        }
        self.unchecked.push(*op);
        if self.machine.is_ahead() {
            return None;
        }
        std::mem::take(&mut self.unchecked).iter().find_map(|op| self.wrong_memory(op))
    }

    fn wrong_memory(&self, op: &Op) -> Option<String> {
        let mut wrong = None;
        let owner_id = |w| self.machine.owner_id(w);
        self.model.expected_memory(op, self.setting.layout, owner_id, &mut |offset, bits, must| {
            let found = self.machine.memory(offset).unwrap_or(must);
            if found & bits != must & bits && wrong.is_none() {
                wrong = Some(format!("after {:?} memory holds {found:#x}, but must hold {must:#x}", op.action));
            }
        });
        wrong
    }

    /// Whether the bytes of a send are those that were announced, and lie where they must.
    fn bytes_arrived(&self, op: &Op, result: u64, bytes: &[u8]) -> bool {
        if bytes.len() as u64 != op.a || ring::fingerprint(bytes) != op.b {
            return false;
        }
        let Some(object) = self.setting.layout.objects.get(op.object as usize) else { return false };
        let at = |place: usize| self.machine.memory(place & !7).map(|word| word.to_le_bytes()[place & 7]);
        self.model
            .places_of_bytes(op, object.offset, result)
            .zip(bytes)
            .all(|(p, byte)| at(p).is_none_or(|b| b == *byte))
    }

    /// A worker came to a stop: its local operations are done at once, so that it ends at a shared one or at its end.
    fn arrive(&mut self, worker: usize, mut stop: Stop) -> Result<()> {
        while let Stop::Announced(op) = stop {
            if let Some(why) = self.model.refuse(&op) {
                stop = Stop::Broken(Broken::Tampered(why));
                break;
            }
            if !is_local(op.action) || self.steps.len() >= MAX_STEPS {
                if let Some(waits) = self.waits.filter(|_| !self.waits_for_itself(worker, &op)) {
                    self.looks[worker].note_wait(&op, &self.model, waits);
                }
                self.stops[worker] = stop;
                return Ok(());
            }
            stop = self.grant(worker, op)?;
        }
        let end = match stop {
            Stop::Panicked(text) => What::Panicked(text),
            Stop::Broken(broken) => What::Broke(broken),
            _ => What::Returned,
        };
        if end == What::Returned && self.model.has_crew() {
            self.model.life[worker] = Life::Leaving;
            self.stops[worker] = Stop::Announced(Op { action: Action::End, object: NO_OBJECT, a: 0, b: 0 });
            return Ok(());
        }
        self.end(worker, end);
        Ok(())
    }

    fn end(&mut self, worker: usize, how: What) {
        self.model.life[worker] = Life::Ended;
        self.machine.end(worker);
        if how != What::Returned {
            self.broken = Some(worker);
        }
        self.steps.push(Step::new(worker, how));
        self.stops[worker] = Stop::Dead;
    }
}
