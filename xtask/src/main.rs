//! The runner's entry: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    grader::interrupt::watch();
    ExitCode::from(grader::cli::main(grader::cmd::workbench::hand_over) as u8)
}
