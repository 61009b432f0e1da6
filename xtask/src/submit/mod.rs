//! From a folder of a student's files to a program: staged onto pristine given files, compiled, nothing else taken over.

pub mod compile;
pub mod package;
pub mod pricelab;
pub mod reference;
pub mod saved;
pub mod source;
pub mod stage;
pub mod workspace;
