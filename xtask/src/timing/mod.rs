//! The wall clock: pairs of runs, a gate that notices other programs, a vote that may stay undecided.

pub mod gate;
pub mod model;
pub mod pairs;
pub mod rehearse;
pub mod vote;
