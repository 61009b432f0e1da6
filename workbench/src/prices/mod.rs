//! The price list: what one operation of every mechanism costs on this machine, beside the machine's own floor, beside
//! Python's original, beside what threads of one process have.
//!
//! [`catalogue`] says what there is, [`observe`] collects raw samples from programs of their own, [`judge`] turns samples into
//! prices, [`table`], [`ladder`] and [`claims`] render. Only `observe` touches the machine.

pub mod catalogue;
pub mod claims;
pub mod judge;
pub mod ladder;
pub mod observe;
pub mod recorded;
pub mod table;
