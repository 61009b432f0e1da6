//! Real workers: this program starts itself again as a crew, as the runner starts a lab.

use std::io::{Error, Result};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use shared::header::{HEADER_BYTES, Header, Role};
use shared::process::{Lab, wait_status};
use shared::region::Region;
use shared::sys;

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
    let processes = roles.len();
    let grader = u64::from(std::process::id());
    let header = Header { seed: size.seed, grader, params: size.params(), roles, ..Header::default() };
    let (header_file, region) = Region::create("experiment-header", HEADER_BYTES)?;
    header.write(&region);
    let len = Bench::layout(&header).bytes().next_multiple_of(4096);
    let (payload_file, payload) = Region::create("experiment-payload", len)?;
    let status = start(&[header_file, payload_file])?.wait()?;
    let ended = (0..processes).all(|w| wait_status(&payload, w) == Some(0));
    if status.success() && ended { Ok(()) } else { Err(Error::other("a worker did not end well")) }
}

fn start(files: &[OwnedFd]) -> Result<Child> {
    let numbers: Vec<i32> = files.iter().map(AsRawFd::as_raw_fd).collect();
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("__crew").args(numbers.iter().map(i32::to_string));
    // SAFETY: between fork and exec only system calls on plain integers are made.
    unsafe {
        command.pre_exec(move || {
            numbers.iter().for_each(|fd| sys::keep_on_exec(*fd));
            Ok(())
        })
    };
    command.spawn()
}
