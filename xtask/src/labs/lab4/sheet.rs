//! Lab 4's answer sheet: which mechanism for which access pattern.
//!
//! The rule is published in the lab's README: of the mechanisms that can do what is asked, the first in the list whose price is at
//! most 5 % of the work between two accesses. Prices are decades, and every case is at least three times away from a boundary.

use crate::labs::Finding;
use crate::labs::sheet::{self, line_of, list};

/// The file.
const NAME: &str = "answers.toml";

/// A mechanism: its name, its price in nanoseconds an access, what it is for. The most comfortable first.
struct Mechanism {
    name: &'static str,
    ns: f64,
    only: &'static str,
}

const MECHANISMS: [Mechanism; 6] = [
    Mechanism { name: "nothing", ns: 0.0, only: "works only where nobody needs to hear of anybody before the end" },
    Mechanism { name: "manager", ns: 10_000.0, only: "copies what it gives: no data of many megabytes" },
    Mechanism { name: "queue", ns: 1_000.0, only: "gives each item to one worker, which then has it alone" },
    Mechanism { name: "value", ns: 100.0, only: "is one number under a lock" },
    Mechanism { name: "array", ns: 10.0, only: "has no lock: every place needs a writer of its own" },
    Mechanism { name: "slice", ns: 1.0, only: "is for data that nobody changes" },
];

/// What part of the work talking may cost.
const ALLOWED: f64 = 0.05;

/// A question: its key, the work between two accesses in nanoseconds, and the mechanisms that can do it at all.
struct Case {
    key: &'static str,
    work_ns: f64,
    able: &'static [&'static str],
}

const CASES: [Case; 8] = [
    Case { key: "setting", work_ns: 1e9, able: &["manager"] },
    Case { key: "total", work_ns: 6_200.0, able: &["manager", "queue", "value"] },
    Case { key: "tasks", work_ns: 65_000.0, able: &["manager", "queue"] },
    Case { key: "grid", work_ns: 650.0, able: &["manager", "queue", "value", "array"] },
    Case { key: "table", work_ns: 65.0, able: &["array", "slice"] },
    Case { key: "sums", work_ns: 1e9, able: &["nothing", "manager", "queue", "value", "array"] },
    Case { key: "log", work_ns: 5e6, able: &["manager", "queue"] },
    Case { key: "best", work_ns: 6_200.0, able: &["manager", "value"] },
];

fn share(mechanism: &Mechanism, case: &Case) -> f64 {
    mechanism.ns / case.work_ns
}

fn able(case: &Case) -> impl Iterator<Item = &'static Mechanism> {
    let names = case.able;
    MECHANISMS.iter().filter(move |m| names.contains(&m.name))
}

/// The first that can do it and is cheap enough.
fn right(case: &Case) -> &'static Mechanism {
    able(case).find(|m| share(m, case) <= ALLOWED).expect("every case has an answer")
}

/// Judges the sheet.
pub fn answers(text: &str) -> Option<Finding> {
    match read(text) {
        Err(sentence) => Some(Finding::new(sentence)),
        Ok(given) if given.iter().all(Option::is_none) => {
            Some(Finding { not_started: true, ..Finding::new("not started yet") })
        }
        Ok(given) => {
            let blank = CASES.iter().zip(&given).filter(|(_, g)| g.is_none()).map(|(case, _)| case.key);
            let blank = list(blank);
            if !blank.is_empty() {
                return Some(Finding::new(format!("{NAME}: no answer to {blank}")));
            }
            let wrong = CASES.iter().zip(given.into_iter().flatten()).find(|(case, m)| right(case).name != m.name);
            wrong.map(|(case, mechanism)| Finding::new(why_not(text, case, mechanism)))
        }
    }
}

/// The mechanism given for each case; none where it is blank or missing.
fn read(text: &str) -> Result<Vec<Option<&'static Mechanism>>, String> {
    let table = sheet::table(NAME, text, &CASES.each_ref().map(|case| case.key))?;
    CASES.iter().map(|case| table.get(case.key).map_or(Ok(None), |value| mechanism(text, case, value))).collect()
}

fn mechanism(text: &str, case: &Case, value: &toml::Value) -> Result<Option<&'static Mechanism>, String> {
    let place = format!("{NAME}:{}", line_of(text, case.key));
    let known = || list(MECHANISMS.iter().map(|m| m.name));
    match value.as_str().map(str::trim) {
        None => Err(format!("{place}: `{}` must be one of {}, in quotes", case.key, known())),
        Some("") => Ok(None),
        Some(name) => match MECHANISMS.iter().find(|m| m.name == name) {
            Some(mechanism) => Ok(Some(mechanism)),
            None => Err(format!("{place}: there is no mechanism `{name}`; there are {}", known())),
        },
    }
}

fn why_not(text: &str, case: &Case, given: &Mechanism) -> String {
    let place = format!("{NAME}:{}: `{}`", line_of(text, case.key), case.key);
    let (name, percent) = (given.name, 100.0 * share(given, case));
    if !case.able.contains(&name) {
        return format!("{place}: `{name}` cannot do that: it {}", given.only);
    }
    if share(given, case) > ALLOWED {
        let (price, work) = (given.ns, case.work_ns);
        return format!(
            "{place}: `{name}` costs {price} ns an access, with {work} ns of work between two: {percent:.0} %, allowed 5 %"
        );
    }
    format!("{place}: `{name}` can do that and is cheap enough, but something more comfortable is as well")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(change: &[(&str, &str)]) -> String {
        let answer = |case: &Case| change.iter().find(|(k, _)| *k == case.key).map_or(right(case).name, |(_, v)| v);
        CASES.iter().map(|case| format!("{} = \"{}\"\n", case.key, answer(case))).collect()
    }

    fn message(text: &str) -> String {
        answers(text).map_or("pass".into(), |f| f.message)
    }

    #[test]
    fn no_case_is_near_a_boundary() {
        for case in &CASES {
            for mechanism in able(case) {
                let ratio = share(mechanism, case) / ALLOWED;
                assert!(!(1.0 / 3.0..3.0).contains(&ratio), "{} with {}: {ratio}", case.key, mechanism.name);
            }
        }
    }

    #[test]
    fn the_rule_decides_every_mechanism_somewhere() {
        assert_eq!(message(&sheet(&[])), "pass");
        for mechanism in &MECHANISMS {
            assert!(CASES.iter().any(|case| right(case).name == mechanism.name), "{} is never right", mechanism.name);
        }
    }

    #[test]
    fn a_wrong_answer_is_told_why() {
        assert!(message(&sheet(&[("total", "manager")])).contains("161 %, allowed 5 %"));
        assert!(message(&sheet(&[("tasks", "array")])).contains("cannot do that: it has no lock"));
        assert!(message(&sheet(&[("log", "queue")])).contains("more comfortable"));
    }

    #[test]
    fn bad_sheets_name_the_line() {
        let text = sheet(&[]);
        assert!(
            message(&format!("{text}colour = \"red\"\n")).starts_with("answers.toml:9: there is no question `colour`")
        );
        assert!(message(&format!("{text}log = \"queue\"\n")).starts_with("answers.toml:9: "), "a key twice");
        assert!(message(&sheet(&[("grid", "arary")])).starts_with("answers.toml:4: there is no mechanism `arary`"));
        assert!(message(&text.replace("\"slice\"", "1")).starts_with("answers.toml:5: `table` must be one of"));
        assert!(message("setting = \"manager\"\n").starts_with("answers.toml: no answer to `total`"));
        assert!(message("x = ").starts_with("answers.toml:1: "));
        assert!(answers("").is_some_and(|f| f.not_started));
    }
}
