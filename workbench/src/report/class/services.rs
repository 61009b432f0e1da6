//! One submission's result in the forms that grading services take.

use serde_json::{Value, json};

use crate::report::result::{CheckResult, Document, Status, WallOutcome};

/// Gradescope's `results.json`. Everything is plain text; the speed is told, and never scored.
pub fn gradescope(document: &Document, seconds: f64) -> Value {
    let tests: Vec<Value> = document
        .checks
        .iter()
        .enumerate()
        .map(|(at, check)| {
            json!({
                "name": check.id,
                "number": (at + 1).to_string(),
                "score": check.score,
                "max_score": check.max_score,
                "status": if check.status == Status::Pass { "passed" } else { "failed" },
                "output": words(check),
                "output_format": "text",
                "visibility": "visible",
            })
        })
        .collect();
    json!({
        "score": document.score,
        "output": format!("{}/{} points.\n{}", document.score, document.max_score, speed(document)),
        "output_format": "text",
        "visibility": "visible",
        "execution_time": seconds.ceil(),
        "tests": tests,
    })
}

/// GitHub Classroom's result; the sum of its tests is its total.
pub fn classroom(document: &Document) -> Value {
    let tests: Vec<Value> = document
        .checks
        .iter()
        .map(|check| {
            json!({
                "name": check.id,
                "status": if check.status == Status::Pass { "pass" } else { "fail" },
                "score": check.score,
                "message": words(check),
                "test_code": format!("cargo xtask check {}", document.lab),
                "filename": "",
                "line_no": 0,
                "duration": 0,
            })
        })
        .collect();
    let failed = document.checks.iter().any(|c| c.status != Status::Pass);
    json!({
        "version": 1,
        "status": if failed { "fail" } else { "pass" },
        "max_score": document.max_score,
        "tests": tests,
    })
}

/// What GitHub shows beside a commit: a line a failed check, in the escapes that its log asks for.
pub fn annotations(document: &Document) -> String {
    let failed = document.checks.iter().filter(|c| c.status == Status::Fail);
    failed.map(|c| format!("::error title={}::{}\n", property(&c.id), data(&words(c)))).collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Message and story, as text without control characters.
fn words(check: &CheckResult) -> String {
    let part = |key: &str| check.evidence[key].as_str().unwrap_or("").trim_end().to_owned();
    let all = [check.message.clone(), part("story"), part("because"), part("compiler")];
    let text = all.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn speed(document: &Document) -> String {
    match document.wall.outcome {
        WallOutcome::Confirmed => "The speed was confirmed.".into(),
        WallOutcome::Slower => format!("Slower than the reference: {}.", document.wall.why),
        _ => format!("The speed was not confirmed here: {}. Your score does not depend on it.", document.wall.why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::result::{Machine, SCHEMA, Verdict, Versions, Wall};

    fn document() -> Document {
        let check = |id: &str, status, score, message: &str| CheckResult {
            id: id.into(),
            kind: "explore".into(),
            status,
            score,
            max_score: 10,
            message: message.into(),
            schedule: None,
            explored: None,
            evidence: json!({ "story": "1 a\n2 b" }),
            picture: None,
        };
        Document {
            schema: SCHEMA,
            lab: "lab3".into(),
            submission: None,
            verdict: Verdict::Fail,
            confirmed: false,
            score: 10,
            max_score: 20,
            checks: vec![check("one", Status::Pass, 10, ""), check("two", Status::Fail, 0, "100 %\u{1b}[2J")],
            wall: Wall::not_asked("no"),
            seed: 7,
            sandbox: "L2".into(),
            machine: Machine { cpus: 2.0, kernel: String::new(), rustc: String::new() },
            versions: Versions { xtask: String::new(), lab: String::new() },
        }
    }

    #[test]
    fn gradescope_gets_numbers_and_plain_text() {
        let result = gradescope(&document(), 1.2);
        assert_eq!((&result["score"], &result["execution_time"]), (&json!(10), &json!(2.0)));
        let second = &result["tests"][1];
        assert_eq!((&second["status"], &second["output_format"]), (&json!("failed"), &json!("text")));
        assert_eq!(second["output"], "100 %\u{fffd}[2J\n1 a\n2 b");
    }

    #[test]
    fn classrooms_tests_add_up() {
        let result = classroom(&document());
        let sum: u64 = result["tests"].as_array().expect("tests").iter().filter_map(|t| t["score"].as_u64()).sum();
        assert_eq!((sum, &result["status"], &result["max_score"]), (10, &json!("fail"), &json!(20)));
    }

    #[test]
    fn an_annotation_stays_on_its_line() {
        assert_eq!(annotations(&document()), "::error title=two::100 %25\u{fffd}[2J%0A1 a%0A2 b\n");
    }
}
