//! The boards: what lies in each lab's shared memory, and how its functions are called. Both sides read them.

pub mod lab0;
pub mod lab3;
pub mod lab4;
pub mod lab5;
