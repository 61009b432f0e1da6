//! The boards: what lies in each lab's shared memory, and how its functions are called. Both sides read them.

pub mod lab0;
pub mod lab1;
pub mod lab2;
pub mod lab3;
pub mod lab4;
pub mod lab5;
