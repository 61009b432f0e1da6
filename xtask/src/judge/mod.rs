//! Judging: pure functions of the granted steps.

pub mod common;
pub mod race;
pub mod score;
