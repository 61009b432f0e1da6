//! Who goes next: the searches of the package `explorer`, and the virtual clock with its tariff.

pub use explorer::search::*;

pub mod clock;
pub mod tariff;
