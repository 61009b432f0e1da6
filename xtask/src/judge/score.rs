//! From the results of the checks to a score and a verdict.

use crate::report::result::{CheckResult, Status, Verdict, Wall, WallOutcome};

/// Points, and whether that is a pass: every check passed and the wall clock did not say `slower`.
pub fn verdict(checks: &mut [CheckResult], wall: &Wall) -> (Verdict, u32) {
    if wall.outcome == WallOutcome::Slower {
        for check in checks.iter_mut().filter(|c| c.kind == "virtual") {
            check.score = 0;
        }
    }
    let score = checks.iter().map(|c| c.score).sum();
    let passed = checks.iter().all(|c| c.status == Status::Pass) && wall.outcome != WallOutcome::Slower;
    (if passed { Verdict::Pass } else { Verdict::Fail }, score)
}
