//! From the results of the checks to a score and a verdict.

use crate::report::result::{CheckResult, Status, Verdict, Wall, WallOutcome};

/// The most that a submission gets whose free run fails, in percent: what one misconception leaves at least. The free run has
/// no points of its own; but who is right only while somebody steps it has no program that works.
pub const WITHOUT_A_REAL_RUN: u32 = 60;

/// Where the points above it are taken from: what is said about speed first, about being right last.
const TAKEN_FROM: [&str; 5] = ["virtual", "ledger", "crash", "explore", "answer"];

/// Points, and whether that is a pass: every check passed and the wall clock did not say `slower`. Takes away the points that
/// the race or the free run cost, and says so where it does; a second time it finds nothing to take.
pub fn verdict(checks: &mut [CheckResult], wall: &Wall) -> (Verdict, u32) {
    if wall.outcome == WallOutcome::Slower {
        for check in checks.iter_mut().filter(|c| c.kind == "virtual") {
            check.score = 0;
        }
    }
    if checks.iter().any(|c| c.kind == "real" && c.status == Status::Fail) {
        cap(checks);
    }
    let score = checks.iter().map(|c| c.score).sum();
    let passed = checks.iter().all(|c| c.status == Status::Pass) && wall.outcome != WallOutcome::Slower;
    (if passed { Verdict::Pass } else { Verdict::Fail }, score)
}

/// Takes away what is above [`WITHOUT_A_REAL_RUN`].
fn cap(checks: &mut [CheckResult]) {
    let most = checks.iter().map(|c| c.max_score).sum::<u32>() * WITHOUT_A_REAL_RUN / 100;
    let mut over = checks.iter().map(|c| c.score).sum::<u32>().saturating_sub(most);
    let words = format!("only {most} points without a real run that goes well");
    if over > 0 {
        checks.iter_mut().filter(|c| c.kind == "real").for_each(|c| c.message += &format!("; {words}"));
    }
    for kind in TAKEN_FROM {
        for check in checks.iter_mut().rev().filter(|c| c.kind == kind && c.score > 0) {
            let taken = check.score.min(over);
            if taken > 0 {
                check.message += &format!("; {taken} of its points are taken away: {words}");
            }
            check.score -= taken;
            over -= taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(kind: &str, status: Status, score: u32, max_score: u32) -> CheckResult {
        let (id, message) = (kind.to_owned(), String::new());
        let kind = kind.to_owned();
        let (schedule, explored, evidence, picture) = (None, None, json!({}), None);
        CheckResult { id, kind, status, score, max_score, message, schedule, explored, evidence, picture }
    }

    /// Lab 3's points by kind, and how the free run ended.
    fn checks(real: Status, explored: u32) -> Vec<CheckResult> {
        let points = [("explore", explored, 50), ("crash", 10, 10), ("answer", 10, 10), ("ledger", 20, 20)];
        let mut all: Vec<CheckResult> = points.map(|(k, score, max)| check(k, Status::Pass, score, max)).into();
        all.extend([check("virtual", Status::Pass, 10, 10), check("real", real, 0, 0)]);
        all
    }

    fn scores(checks: &[CheckResult]) -> Vec<u32> {
        checks.iter().map(|c| c.score).collect()
    }

    #[test]
    fn a_real_run_that_fails_leaves_sixty_points_and_says_where_they_went() {
        let (mut checks, wall) = (checks(Status::Fail, 50), Wall::not_asked(""));
        assert_eq!(verdict(&mut checks, &wall), (Verdict::Fail, 60));
        assert_eq!(scores(&checks), [50, 0, 10, 0, 0, 0]);
        assert!(checks[3].message.contains("20 of its points") && checks[5].message.contains("only 60 points"));
        let once = serde_json::to_value(&checks).expect("JSON");
        verdict(&mut checks, &wall);
        assert_eq!(serde_json::to_value(&checks).expect("JSON"), once);
    }

    #[test]
    fn who_has_less_and_whose_real_run_was_not_the_failure_keeps_everything() {
        let wall = Wall::not_asked("");
        for (real, explored, score) in [(Status::Fail, 5, 55), (Status::Skipped, 40, 90), (Status::Pass, 50, 100)] {
            let mut checks = checks(real, explored);
            assert_eq!(verdict(&mut checks, &wall).1, score);
            assert!(checks.iter().all(|c| c.message.is_empty()));
        }
    }
}
