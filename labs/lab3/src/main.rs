//! Given: hands your functions to the toolkit. Nothing to edit here.
#![forbid(unsafe_code)]

mod baseline;
mod flag;

use shared::boards::lab3::{Functions, Lab3};

fn main() -> std::process::ExitCode {
    shared::process::main(&Lab3 {
        student: Functions {
            claim: flag::claim_locked,
            read_alert: flag::read_alert,
            search: flag::search,
            fraud_worker: flag::fraud_worker,
            check_every: flag::check_every,
        },
        baselines: [baseline::RAW, baseline::LOCKED_LOOKS],
    })
}
