//! Where what every lab has lies at the start of the payload: who lives, who reported what, when, and how it ended.

use crate::region::MAX_WORKERS;

/// Bytes at the start of the payload that every lab has: who lives, who reported what, when.
pub const COMMONS_BYTES: usize = PANICS + MAX_WORKERS * PANIC_BYTES;
pub(super) const LIFE: usize = 0;
pub(super) const LIFE_BYTES: usize = 64;
pub(super) const TIMES: usize = LIFE + MAX_WORKERS * LIFE_BYTES;
pub(super) const TIMES_BYTES: usize = 64;
pub(super) const GATE: usize = TIMES + MAX_WORKERS * TIMES_BYTES;
pub(super) const ENDS: usize = GATE + 64;
pub(super) const REPORTS: usize = ENDS + 64;
pub(super) const REPORT_BYTES: usize = 1024;
pub(super) const REPORT_PAIRS: usize = (REPORT_BYTES - 8) / 16;
pub(super) const PANICS: usize = REPORTS + MAX_WORKERS * REPORT_BYTES;
pub(super) const PANIC_BYTES: usize = 512;
