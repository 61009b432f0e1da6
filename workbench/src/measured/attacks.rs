//! What hostile submissions came to, at each level of the jail.

use serde::{Deserialize, Serialize};

use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "attacks.json";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// One a level that the machine offered.
    pub levels: Vec<Level>,
}

/// What was graded at one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// `L2` or `L1`.
    pub level: String,
    /// Hostile submissions.
    pub hostile: u32,
    /// Honest ones between them.
    pub honest: u32,
    /// Those of both that came to something else than they must, and `(surroundings)` when anything outside was touched.
    pub unexpected: Vec<String>,
}

impl Record {
    /// The levels in a sentence without its end.
    pub fn says(&self) -> String {
        let level = |one: &Level| {
            let found = match one.unexpected.len() {
                0 => "all as they must".to_owned(),
                count => format!("{count} NOT as they must ({})", one.unexpected.join(", ")),
            };
            format!("{}: {} hostile and {} honest submissions, {found}", one.level, one.hostile, one.honest)
        };
        self.levels.iter().map(level).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said_by_name() {
        let level = |level: &str, unexpected: &[&str]| Level {
            level: level.to_owned(),
            hostile: 75,
            honest: 4,
            unexpected: unexpected.iter().map(|name| (*name).to_owned()).collect(),
        };
        let levels = vec![level("L2", &[]), level("L1", &["fork-bomb"])];
        let says = Record { schema: 1, provenance: Provenance::default(), levels }.says();
        assert!(says.starts_with("L2: 75 hostile and 4 honest submissions, all as they must; L1"), "{says}");
        assert!(says.ends_with("1 NOT as they must (fork-bomb)"), "{says}");
    }
}
