//! The explorer: [`drive`] steps a lab's real processes, [`search`] chooses who goes next.
//!
//! A package of its own because this is where a check spends its processor time: it is built optimised, the rest of the
//! runner, which is ten times as long, is not. So nothing here is generic over what a judge finds or what a machine is:
//! such code would be compiled, unoptimised, where it is used.

pub mod drive;
pub mod search;
