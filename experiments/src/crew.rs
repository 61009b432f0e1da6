//! Real workers: this program starts itself again as a crew, as the runner starts a lab.

use std::io::Result;

use shared::header::{Header, Role};
use shared::launch::crew_of_this_program;

use crate::board::{self, Bench, Size};

/// Runs a function in all workers, beside a manager if one is asked for, and waits for them; they print what they saw.
///
/// # Errors
/// When memory or processes are short, or a worker did not end well.
pub fn run(function: u64, size: &Size) -> Result<()> {
    let mut roles = vec![Role { function, ..Role::default() }; size.workers as usize];
    if size.manager == 1 {
        let function = board::find("manager").expect("the manager is in the list");
        roles.push(Role { function, ..Role::default() });
    }
    let header = Header { seed: size.seed, params: size.params(), roles, ..Header::default() };
    crew_of_this_program::<Bench>(header)?.wait()
}
