//! Invented pairs with heavy tails: a run is stretched, now and then, by a factor without a mean.
//!
//! What the gate sees is invented with it, and the stretching is not: the tails are disturbances that no account of
//! processor time shows, which is the worst case for the vote.

use super::{Pairs, Program};
use crate::timing::pairs::Times;
use crate::timing::simulate::Random;
use crate::timing::vote::Run;

/// One state of the machine.
#[derive(Clone, Copy, Debug)]
struct State {
    /// Standard deviation of the logarithm of every time.
    sd: f64,
    /// Share of runs that are stretched.
    stretched: f64,
    /// What the gate sees: cores used by others, mean and standard deviation.
    foreign: (f64, f64),
    /// The measured ratio of a serialised program: the hogs leave little more than one processor to both.
    serialised: f64,
}

const QUIET: State = State { sd: 0.1, stretched: 0.03, foreign: (0.03, 0.08), serialised: 2.07 };
const ONE_HOG: State = State { sd: 0.15, stretched: 0.1, foreign: (0.8, 0.15), serialised: 1.09 };
const TWO_HOGS: State = State { sd: 0.2, stretched: 0.15, foreign: (1.2, 0.2), serialised: 1.01 };

/// Pairs in a row, on average, in each of the two states of `bursts`.
const BURST: f64 = 4.0;
/// Stretching: the tail of a Pareto distribution with this exponent (no variance), cut at [`MOST`].
const TAIL: f64 = 1.1;
const MOST: f64 = 40.0;
/// The reference's true time.
pub const REFERENCE_NS: f64 = 63e6;
/// Processors that every run seems to keep busy.
const CORES: f64 = 2.0;

/// A series of pairs beside a load of [`super::LOADS`].
///
/// # Panics
/// When there is no such load.
pub fn series(load: &str, program: Program, seed: u64) -> Box<Pairs<'static>> {
    let (calm, disturbed) = match load {
        "quiet" => (QUIET, QUIET),
        "one hog" => (ONE_HOG, ONE_HOG),
        "two hogs" => (TWO_HOGS, TWO_HOGS),
        "bursts" => (QUIET, ONE_HOG),
        other => panic!("no load is called {other}"),
    };
    let mut random = Random::new(seed);
    let mut bursting = random.uniform() < 0.5;
    Box::new(move || {
        if random.uniform() < 1.0 / BURST {
            bursting = !bursting;
        }
        pair(if bursting { disturbed } else { calm }, program, &mut random)
    })
}

fn pair(state: State, program: Program, random: &mut Random) -> Times {
    let ratio = if program.serialised { state.serialised } else { program.ratio };
    let (student, reference) = random.normals();
    let (seen, _) = random.normals();
    let mut run = |true_ns: f64, normal: f64, cores: f64| {
        let stretch = if random.uniform() < state.stretched { tail(random.uniform()) } else { 1.0 };
        Run { wall_ns: (true_ns * (state.sd * normal).exp() * stretch) as u64, cores }
    };
    Times {
        // The processors, too, show nothing of the disturbance, not even that serialised code needs only one.
        student: run(ratio * REFERENCE_NS, student, CORES),
        reference: run(REFERENCE_NS, reference, CORES),
        foreign: (state.foreign.0 + state.foreign.1 * seen).max(0.0),
    }
}

/// The stretch that a share `uniform` of all stretched runs exceeds.
fn tail(uniform: f64) -> f64 {
    (1.0 - uniform).powf(-1.0 / TAIL).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::super::methods::Method;
    use super::super::{LOADS, PROGRAMS, rates};
    use super::*;

    fn of(load: &'static str, name: &str, method: Method) -> super::super::Rates {
        let program = PROGRAMS.into_iter().find(|p| p.name == name).expect("a program of the table");
        let mut fresh = |seed| series(load, program, seed);
        let all = rates(load, program, 4_000, REFERENCE_NS as u64, &mut fresh);
        all.into_iter().find(|r| r.method == method).expect("every method is tried")
    }

    #[test]
    fn the_vote_never_accuses_honest_code_and_never_passes_serialised_code() {
        for load in LOADS {
            assert_eq!(of(load, "1.0", Method::Vote).fail, 0.0, "{load}");
            assert!(of(load, "serialised", Method::Vote).pass < 1e-3, "{load}");
        }
        assert!(of("quiet", "2", Method::Vote).fail >= 0.99);
    }

    #[test]
    fn without_the_gate_serialised_code_passes_beside_a_hog() {
        assert!(of("one hog", "serialised", Method::VoteWithoutGate).pass > 0.9);
    }

    #[test]
    fn series_repeat() {
        let program = PROGRAMS[1];
        let take = || {
            let mut next = series("bursts", program, 5);
            (0..20).map(|_| next()).collect::<Vec<_>>()
        };
        assert_eq!(take(), take());
    }

    #[test]
    fn tails_are_heavy_and_cut() {
        assert_eq!(tail(0.0), 1.0);
        assert!(tail(0.99) > 30.0);
        assert_eq!(tail(0.999_999), MOST);
    }
}
