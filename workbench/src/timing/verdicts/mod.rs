//! How trustworthy a timing verdict is: methods of judging two programs' times, confronted with pairs whose truth is known.
//!
//! [`recorded`] pairs are real runs beside real load, drawn again and again in blocks; [`synthetic`] pairs are invented,
//! with heavier tails than were ever recorded. [`methods`] judge them, [`table`] says how often they were wrong.

pub mod methods;
pub mod recorded;
pub mod synthetic;
pub mod table;

use serde::Serialize;

use methods::{METHODS, Method, Verdict};

use super::pairs::Times;

/// A program whose true speed is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Program {
    /// Its name in tables.
    pub name: &'static str,
    /// Its work over the reference's; for the serialised one, its time over the reference's on two quiet processors.
    pub ratio: f64,
    /// It works while it holds the lock, so one processor is all that it ever uses.
    pub serialised: bool,
}

impl Program {
    /// Whether it deserves to pass; `None` where no wall clock can tell.
    pub fn honest(&self) -> Option<bool> {
        match self.ratio {
            equal if equal <= 1.2 => Some(true),
            slow if slow >= 2.0 => Some(false),
            _ => None,
        }
    }
}

/// The programs of the tables.
pub const PROGRAMS: [Program; 7] = [
    Program { name: "1.0", ratio: 1.0, serialised: false },
    Program { name: "1.2", ratio: 1.2, serialised: false },
    Program { name: "1.41", ratio: 1.41, serialised: false },
    Program { name: "1.5", ratio: 1.5, serialised: false },
    Program { name: "2", ratio: 2.0, serialised: false },
    Program { name: "3", ratio: 3.0, serialised: false },
    Program { name: "serialised", ratio: 2.0, serialised: true },
];

/// What runs beside the pairs.
pub const LOADS: [&str; 4] = ["quiet", "one hog", "two hogs", "bursts"];

/// What became of many verdicts on one program beside one load, as shares of 1.
#[derive(Clone, Debug, Serialize)]
pub struct Rates {
    /// What ran beside it.
    pub load: &'static str,
    /// Whose times were judged.
    pub program: Program,
    /// By which method.
    pub method: Method,
    /// Verdicts that let it pass.
    pub pass: f64,
    /// Verdicts that said slower.
    pub fail: f64,
    /// Verdicts that said nothing.
    pub inconclusive: f64,
    /// Mean number of pairs a verdict took.
    pub pairs: f64,
}

impl Rates {
    /// From a row of `docs/data/verdicts.json`; `None` when it is about programs, loads or methods that are no more.
    pub fn read(row: &serde_json::Value) -> Option<Rates> {
        let share = |key: &str| row[key].as_f64();
        let method = |m: &&Method| serde_json::to_value(m).is_ok_and(|name| name == row["method"]);
        Some(Rates {
            load: LOADS.into_iter().find(|load| row["load"] == *load)?,
            program: PROGRAMS.into_iter().find(|p| row["program"]["name"] == p.name)?,
            method: *METHODS.iter().find(method)?,
            pass: share("pass")?,
            fail: share("fail")?,
            inconclusive: share("inconclusive")?,
            pairs: share("pairs")?,
        })
    }
}

/// Where pairs come from, one after the other; a new call continues where the machine was.
pub type Pairs<'a> = dyn FnMut() -> Times + 'a;

/// Holds `verdicts` verdicts by every method. `fresh` starts a new series of pairs.
pub fn rates<'a>(
    load: &'static str,
    program: Program,
    verdicts: u32,
    usual_ns: u64,
    fresh: &mut dyn FnMut(u64) -> Box<Pairs<'a>>,
) -> Vec<Rates> {
    let rate = |method: Method, fresh: &mut dyn FnMut(u64) -> Box<Pairs<'a>>| {
        let (mut pass, mut fail, mut pairs) = (0, 0, 0);
        for seed in 0..verdicts {
            // Every method sees the same series: what differs is the method.
            let mut series = fresh(u64::from(seed));
            let mut counted = || {
                pairs += 1;
                series()
            };
            match method.judge(&mut counted, usual_ns) {
                Verdict::Pass => pass += 1,
                Verdict::Fail => fail += 1,
                Verdict::Inconclusive => {}
            }
        }
        let share = |count: u32| f64::from(count) / f64::from(verdicts);
        let inconclusive = share(verdicts - pass - fail);
        Rates { load, program, method, pass: share(pass), fail: share(fail), inconclusive, pairs: share(pairs) }
    };
    METHODS.iter().map(|method| rate(*method, fresh)).collect()
}
