//! The reduction against plain enumeration.

use serde::{Deserialize, Serialize};

use crate::report::provenance::Provenance;

/// Its file in `docs/data`.
pub const FILE: &str = "soundness.json";

/// The record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The version of the document's shape.
    pub schema: u32,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Random programs that were explored both ways.
    pub compared: u64,
    /// Those whose outcomes differ.
    pub different: u64,
    /// Programs left out: plain enumeration would take too many schedules.
    pub too_large: u64,
    /// Executions of plain enumeration.
    pub plain: u64,
    /// Executions of the reduced search.
    pub reduced: u64,
}

impl Record {
    /// For people.
    pub fn table(&self) -> String {
        format!(
            "programs compared {}, with different outcomes {}\nleft out, too large for plain enumeration: {}\n\
             executions: plain {}, reduced {}\n",
            self.compared, self.different, self.too_large, self.plain, self.reduced
        )
    }

    /// A count by its name in a chapter.
    pub fn count(&self, name: &str) -> Option<u64> {
        Some(match name {
            "compared" => self.compared,
            "different" => self.different,
            "too-large" => self.too_large,
            "plain" => self.plain,
            "reduced" => self.reduced,
            _ => return None,
        })
    }
}
