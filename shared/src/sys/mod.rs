//! What the toolkit needs from the operating system, one file a platform.
//!
//! Everything above this folder is portable; everything in it is a thin, checked wrapper over system calls.

pub mod hermetic;
mod pipes;
mod sockets;
pub use pipes::*;
pub use sockets::*;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
pub use macos::*;

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("the labs need Linux (on Windows: use WSL2) or macOS");
