//! What `cargo xtask` hands over: the same command line, with the commands that are outside a student's loop.

use std::process::ExitCode;

fn main() -> ExitCode {
    grader::interrupt::watch();
    ExitCode::from(grader::cli::main(workbench::cmd::run) as u8)
}
