//! What happened, for people: steps in words, the shortest failing schedule, its name.

pub mod messages;
pub mod minimise;
pub mod picture;
pub mod schedule;
pub mod waiting;
pub mod words;
