//! The result document: one schema for every command that grades.

use serde::{Deserialize, Serialize};

/// The version of the document's shape.
pub const SCHEMA: u32 = 1;

/// Whether a submission passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every check passed and the wall clock did not object.
    Pass,
    /// Something failed.
    Fail,
    /// The grader itself failed.
    Error,
}

/// What became of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It passed.
    Pass,
    /// It failed.
    Fail,
    /// A check that it needs failed.
    Skipped,
    /// The function is still the starter's.
    NotStarted,
    /// The machine did not allow a verdict.
    Inconclusive,
}

impl Status {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Skipped => "skipped",
            Status::NotStarted => "not-started",
            Status::Inconclusive => "inconclusive",
        }
    }
}

/// How much was explored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExploredSummary {
    /// Executions of the student's processes.
    pub executions: u64,
    /// Whether that was everything.
    pub complete: bool,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// One check's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's name.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What became of it.
    pub status: Status,
    /// Points.
    pub score: u32,
    /// Points it could give.
    pub max_score: u32,
    /// One sentence.
    pub message: String,
    /// What to give to `replay`.
    pub schedule: Option<String>,
    /// How much was explored.
    pub explored: Option<ExploredSummary>,
    /// The story and the numbers behind the message.
    pub evidence: serde_json::Value,
    /// The failing interleaving as a page; no part of any document.
    #[serde(skip)]
    pub picture: Option<String>,
}

/// What the wall clock said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WallOutcome {
    /// As fast as the reference.
    Confirmed,
    /// Slower than the reference.
    Slower,
    /// The machine did not allow a verdict.
    Inconclusive,
    /// Nobody asked.
    NotAsked,
}

/// The wall clock's vote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wall {
    /// Median of student over reference; 0 when there was no pair.
    pub ratio: f64,
    /// Pairs that voted fast.
    pub fast: u32,
    /// Pairs that voted slow.
    pub slow: u32,
    /// Pairs in which other programs used the processors.
    pub void: u32,
    /// The outcome.
    pub outcome: WallOutcome,
    /// Why, when it is not `confirmed`.
    pub why: String,
    /// What the virtual clock says of the same question, student over reference: how good a model is it here? `None` where
    /// the lab has no such check, or nobody asked the wall clock.
    #[serde(default)]
    pub virtual_ratio: Option<f64>,
}

impl Wall {
    /// The wall clock was not asked, because of this.
    pub fn not_asked(why: &str) -> Wall {
        Wall {
            ratio: 0.0,
            fast: 0,
            slow: 0,
            void: 0,
            outcome: WallOutcome::NotAsked,
            why: why.to_owned(),
            virtual_ratio: None,
        }
    }
}

/// The machine that graded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// Usable processors.
    pub cpus: f64,
    /// Kernel release.
    pub kernel: String,
    /// Compiler version.
    pub rustc: String,
}

/// Versions of what judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Versions {
    /// The runner.
    pub xtask: String,
    /// The lab.
    pub lab: String,
}

/// The result of one submission.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The lab's name.
    pub lab: String,
    /// The submission's name; none for one's own.
    pub submission: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the wall clock confirmed it and every exploration was complete.
    pub confirmed: bool,
    /// Points.
    pub score: u32,
    /// Points there are.
    pub max_score: u32,
    /// One a check.
    pub checks: Vec<CheckResult>,
    /// The wall clock.
    pub wall: Wall,
    /// The seed.
    pub seed: u64,
    /// The sandbox level.
    pub sandbox: String,
    /// Where it was graded.
    pub machine: Machine,
    /// By what.
    pub versions: Versions,
}
