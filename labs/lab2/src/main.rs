//! Given: hands your functions to the toolkit. Nothing to edit here.
#![forbid(unsafe_code)]

mod baseline;
mod pill;

use shared::boards::lab2::{Functions, Lab2};

fn main() -> std::process::ExitCode {
    let student = Functions { producer: pill::producer, worker: pill::worker, supervisor: pill::supervisor };
    shared::process::main(&Lab2 { student, flag: baseline::FLAG, kill: baseline::KILL })
}
