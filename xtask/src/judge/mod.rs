//! Judging: pure functions of the granted steps.

pub mod common;
pub mod linear;
pub mod race;
pub mod score;
pub mod specs;
