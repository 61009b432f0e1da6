//! One process is killed with SIGKILL in the middle of something: what happens to the others, here and in Python?

pub mod table;

use serde::{Deserialize, Serialize};

use crate::prices::observe::Answer;

/// Whoever is told later than this was not told in time, milliseconds.
pub const LIMIT_MS: f64 = 100.0;

/// A case: who is killed while doing what.
#[derive(Debug)]
pub struct Case {
    /// Its name for the programs that play it.
    pub id: &'static str,
    /// Who is killed.
    pub killed: &'static str,
    /// How many others have to be told.
    pub survivors: usize,
}

const fn case(id: &'static str, killed: &'static str, survivors: usize) -> Case {
    Case { id, killed, survivors }
}

/// The cases, in the order of the table.
pub const CASES: &[Case] = &[
    case("idle-consumer", "a consumer that waits for an item", 1),
    case("lock-holder", "the holder of a lock", 1),
    case("value-holder", "the holder of a value's lock", 1),
    case("pool-worker", "a pool's worker in a task", 1),
    case("barrier-party", "a party before it comes to the barrier", 2),
    case("manager-client", "a client of a manager", 1),
    case("manager", "the manager", 1),
];

/// What happened to the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// All went on; the slowest after this many milliseconds.
    Told {
        /// Milliseconds after the kill.
        ms: f64,
        /// What it noticed.
        how: String,
    },
    /// At least one was still waiting at the deadline.
    Hangs,
    /// One went on, but without what it should have: something was lost.
    Lost {
        /// What it tried.
        how: String,
    },
    /// The case could not be played.
    Broken {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// Whether nothing was lost and everybody was told in time.
    pub fn is_good(&self) -> bool {
        matches!(self, Outcome::Told { ms, .. } if *ms <= LIMIT_MS)
    }

    /// The worse of two.
    pub fn worse(self, other: Outcome) -> Outcome {
        let rank = |outcome: &Outcome| match outcome {
            Outcome::Told { ms, .. } => *ms,
            Outcome::Hangs => 1e12,
            Outcome::Lost { .. } => 2e12,
            Outcome::Broken { .. } => 3e12,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// What an answer says: `killed NS`, then `told NS HOW` or `wrong NS HOW` from each survivor.
pub fn judge(case: &Case, answer: &Answer) -> Outcome {
    let (text, ended) = match answer {
        Answer::Text(text) => (text, true),
        Answer::Late(text) => (text, false),
        Answer::Failed(why) => return Outcome::Broken { why: why.clone() },
    };
    let lines = |word: &'static str| {
        text.lines().filter_map(move |line| {
            let (ns, how) =
                line.strip_prefix(word)?.trim_start().split_once(' ').unwrap_or((line.split(' ').nth(1)?, ""));
            Some((ns.parse::<u64>().ok()?, how.trim().to_owned()))
        })
    };
    let Some((killed, _)) = lines("killed").next() else {
        return Outcome::Broken { why: "nobody was killed".to_owned() };
    };
    if let Some((_, how)) = lines("wrong").next() {
        return Outcome::Lost { how };
    }
    let told: Vec<(u64, String)> = lines("told").collect();
    let Some((last, how)) = told.iter().max_by_key(|(at, _)| *at).filter(|_| told.len() == case.survivors) else {
        let why = format!("{} of {} survivors said that they were told", told.len(), case.survivors);
        return if ended { Outcome::Broken { why } } else { Outcome::Hangs };
    };
    Outcome::Told { ms: last.saturating_sub(killed) as f64 / 1e6, how: how.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(survivors: usize, answer: Answer) -> Outcome {
        judge(&case("lock-holder", "the holder of a lock", survivors), &answer)
    }

    fn text(text: &str) -> Answer {
        Answer::Text(text.to_owned())
    }

    #[test]
    fn the_last_to_be_told_counts() {
        let told = of(2, text("killed 1000000\ntold 2000000 a\ntold 4000000 b c\n"));
        assert_eq!(told, Outcome::Told { ms: 3.0, how: "b c".to_owned() });
        assert!(told.is_good());
        assert!(!of(1, text("killed 0 \ntold 101000000 late\n")).is_good());
    }

    #[test]
    fn who_says_nothing_until_the_deadline_hangs() {
        assert_eq!(of(2, Answer::Late("killed 5\ntold 6 one of two\n".to_owned())), Outcome::Hangs);
        assert!(matches!(of(1, Answer::Late(String::new())), Outcome::Broken { .. }), "nobody was killed: no evidence");
        assert!(matches!(of(1, text("killed 5\n")), Outcome::Broken { .. }), "it ended, and nobody was told");
        assert!(matches!(of(1, Answer::Failed("no".to_owned())), Outcome::Broken { .. }));
    }

    #[test]
    fn going_on_without_the_item_is_a_loss() {
        let lost = of(1, text("killed 5\nwrong 6 gets the next item\n"));
        assert_eq!(lost, Outcome::Lost { how: "gets the next item".to_owned() });
        assert_eq!(lost.clone().worse(Outcome::Hangs), lost);
        let told = Outcome::Told { ms: 1.0, how: String::new() };
        assert!(told.clone().worse(Outcome::Told { ms: 2.0, how: String::new() }).is_good());
        assert_eq!(told.worse(Outcome::Hangs), Outcome::Hangs);
    }
}
