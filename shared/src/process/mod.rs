//! The processes of a lab: one binary, several roles.
//!
//! `cargo xtask` starts the lab's binary with descriptors of its memory. As a **zygote** it forks stepped workers on
//! demand and does nothing else; it must stay small and single-threaded, because fork copies what it has touched. As a
//! **crew** it forks free workers, opens the gate for all at once, and waits for every one of them.

use std::os::fd::{BorrowedFd, RawFd};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicPtr, AtomicU32};

use crate::header::{Header, Role};
use crate::region::{Cursor, Layout, Region};

mod commons;
mod free;
mod life;
mod reports;
mod team;
mod zygote;

pub use commons::COMMONS_BYTES;
pub use free::EXIT_PANICKED;
pub(crate) use life::{Fate, dead_among, ends, fate, gone, is_alive};
pub use life::{await_exit, count_end, finish_life, forget_life};
pub(crate) use reports::report;
pub use reports::{panic_text, pid, reports, times, wait_status};

/// A lab, as its given `main.rs` hands it to the toolkit: the student's functions, and how to call them.
pub trait Lab {
    /// What the functions work on.
    type Board;
    /// The lab's number.
    const NUMBER: u64;
    /// The object table for these parameters.
    fn layout(header: &Header) -> Layout;
    /// The board over the payload.
    fn board(cursor: &mut Cursor, header: &Header) -> Self::Board;
    /// In the process that forks free workers, before it does: what is [published](crate::slice) here all of them inherit.
    ///
    /// # Errors
    /// When memory or descriptors are short.
    fn publish(&self, _header: &Header) -> std::io::Result<()> {
        Ok(())
    }
    /// Calls the function that `role` names and reports what it returned.
    fn run(&self, board: &Self::Board, me: u32, role: &Role);
}

static ME: AtomicU32 = AtomicU32::new(0);
static TID: AtomicU32 = AtomicU32::new(0);
static PAYLOAD: AtomicPtr<Region> = AtomicPtr::new(std::ptr::null_mut());

/// This worker's number, from 0.
#[inline]
pub fn me() -> u32 {
    ME.load(Relaxed)
}

/// This process's thread id, known without a system call.
#[inline]
pub(crate) fn tid() -> u32 {
    TID.load(Relaxed)
}

/// What all workers share.
#[inline]
fn payload() -> &'static Region {
    // SAFETY: set to a leaked region before any worker code runs.
    unsafe { PAYLOAD.load(Relaxed).as_ref() }.expect("the payload is mapped before workers run")
}

/// A lab whose board's type nobody needs to know: what takes one is compiled once, with the toolkit, and not anew with every
/// edit of a student's file.
trait AnyLab {
    fn number(&self) -> u64;
    fn layout(&self, header: &Header) -> Layout;
    fn publish(&self, header: &Header) -> std::io::Result<()>;
    /// Calls the function of the worker in this slot, on a board of its own over the payload.
    fn one_role(&self, slot: usize, scenario: &Header);
}

impl<L: Lab> AnyLab for L {
    fn number(&self) -> u64 {
        L::NUMBER
    }

    fn layout(&self, header: &Header) -> Layout {
        L::layout(header)
    }

    fn publish(&self, header: &Header) -> std::io::Result<()> {
        Lab::publish(self, header)
    }

    fn one_role(&self, slot: usize, scenario: &Header) {
        let layout = L::layout(scenario);
        let board = L::board(&mut Cursor::new(payload(), &layout), scenario);
        self.run(&board, slot as u32, &scenario.roles[slot]);
    }
}

/// The `main` of every lab.
pub fn main<L: Lab>(lab: &L) -> ExitCode {
    start(lab)
}

fn start(lab: &dyn AnyLab) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<RawFd>> = args.iter().skip(1).map(|a| a.parse().ok()).collect();
    match (args.first().map(String::as_str), numbers.as_deref()) {
        (Some("__zygote"), Some([header, payload, control, batons @ ..])) if !batons.is_empty() => {
            zygote::run(lab, *header, *payload, *control, batons)
        }
        (Some("__crew"), Some([header, payload, trace @ ..])) => {
            free::run(lab, *header, *payload, trace.first().copied())
        }
        _ => {
            let n = lab.number();
            eprintln!(
                "This is a lab's program. Run it with `cargo xtask run lab{n}`, check it with `cargo xtask check lab{n}`."
            );
            ExitCode::from(2)
        }
    }
}

fn borrow(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: the runner passes open descriptors by number; they are closed only after everything is mapped.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

fn map(fd: RawFd, read_only: bool) -> &'static Region {
    let len = std::fs::File::from(borrow(fd).try_clone_to_owned().expect("an open descriptor"))
        .metadata()
        .map_or(0, |m| m.len() as usize);
    let map = if read_only { Region::map_read_only } else { Region::map };
    Box::leak(Box::new(map(&borrow(fd), len).expect("the runner's memory can be mapped")))
}

/// A panic is a verdict, not a message on a terminal: it goes to the grader with its place, without a backtrace.
fn send_panics(send: fn(&str)) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or(String::new(), |l| format!("{}:{}: ", l.file(), l.line()));
        let text = info.payload().downcast_ref::<&str>().copied();
        let text = text.or_else(|| info.payload().downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic");
        send(&format!("{place}{text}"));
    }));
}
