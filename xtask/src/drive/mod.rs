//! Running a lab's processes: stepped (the package `explorer`) and free.

pub use explorer::drive::*;

pub mod free;
