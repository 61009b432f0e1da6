//! Given: hands your function to the toolkit. Nothing to edit here.
#![forbid(unsafe_code)]

mod counter;

use shared::boards::lab0::Lab0;

fn main() -> std::process::ExitCode {
    shared::process::main(&Lab0 { add: counter::add })
}
