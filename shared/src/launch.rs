//! Starting a lab's program: memory files travel as open descriptors, their numbers as arguments.

use std::io::{Error, Result};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use crate::header::{HEADER_BYTES, Header};
use crate::process::{Lab, wait_status};
use crate::region::Region;
use crate::sys;

/// Hands memory files to the program that the command will start: `role`, then the number of each. They must stay open until
/// it has.
pub fn hand_over(command: &mut Command, role: &str, files: &[OwnedFd]) {
    let numbers: Vec<i32> = files.iter().map(AsRawFd::as_raw_fd).collect();
    command.arg(role).args(numbers.iter().map(i32::to_string));
    // SAFETY: between fork and exec only system calls on plain integers are made.
    unsafe {
        command.pre_exec(move || {
            numbers.iter().for_each(|fd| sys::keep_on_exec(*fd));
            Ok(())
        })
    };
}

/// Free workers under way, and the memory that they share.
pub struct Running {
    /// The crew, which ends after its workers.
    pub crew: Child,
    /// The payload.
    pub payload: Region,
    workers: usize,
}

/// Starts this very program again, as a crew of a lab that it holds itself: how measuring programs get real workers.
/// `header` need not name the grader: this process is.
///
/// # Errors
/// When memory or processes are short.
pub fn crew_of_this_program<L: Lab>(header: Header) -> Result<Running> {
    let header = Header { grader: u64::from(std::process::id()), ..header };
    let (header_file, region) = Region::create("crew-header", HEADER_BYTES)?;
    header.write(&region);
    let bytes = L::layout(&header).bytes().next_multiple_of(4096);
    let (payload_file, payload) = Region::create("crew-payload", bytes)?;
    let files = [header_file, payload_file];
    let mut command = Command::new(std::env::current_exe()?);
    hand_over(&mut command, "__crew", &files);
    Ok(Running { crew: command.spawn()?, payload, workers: header.roles.len() })
}

impl Running {
    /// Waits until all have ended.
    ///
    /// # Errors
    /// When a worker did not end well.
    pub fn wait(mut self) -> Result<()> {
        let status = self.crew.wait()?;
        let ended = (0..self.workers).all(|w| wait_status(&self.payload, w) == Some(0));
        if status.success() && ended { Ok(()) } else { Err(Error::other("a worker did not end well")) }
    }
}
