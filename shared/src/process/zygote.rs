//! Stepped workers: a zygote forks them, and each runs its role again and again until it is killed.
//!
//! Everything that is the same for every worker is done here, once, before the first fork: what a fresh worker does
//! itself, and every page that it writes to first, is paid for in each execution with a kill.

use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;

use super::commons::{LIFE, LIFE_BYTES};
use super::{AnyLab, ME, PAYLOAD, TID, map, payload, send_panics};
use crate::baton::{self, Aborted, Page, state};
use crate::header::{HEADER_BYTES, Header};
use crate::region::Region;
use crate::robust::{self, RobustWord};
use crate::statics::Statics;
use crate::sys::{self, Fork};

/// What a worker needs to know and is the same for all.
struct Common<'l> {
    lab: &'l dyn AnyLab,
    header: &'static Region,
    grader: u32,
}

/// Forks a worker whenever the grader asks. Takes orders only through a page that no worker has.
pub(super) fn run(lab: &dyn AnyLab, header: RawFd, payload: RawFd, control: RawFd, batons: &[RawFd]) -> ExitCode {
    let header = map(header, true);
    assert!(header.len() >= HEADER_BYTES);
    let grader = Header::read(header).grader as u32;
    sys::die_with_parent(grader);
    PAYLOAD.store(std::ptr::from_ref(map(payload, false)).cast_mut(), Relaxed);
    let control = private(control);
    let batons: Vec<&'static Region> = batons.iter().map(|fd| private(*fd)).collect();
    // No process has a descriptor from here on: what is mapped is all there is.
    sys::close_from(3);
    send_panics(|text| baton::page().write_text(text));
    let common = Common { lab, header, grader };
    let mut statics = Statics::snapshot();
    serve(Page::of(control), |slot| {
        sys::inherit(batons[slot].start(), batons[slot].len());
        // SAFETY: the zygote is single-threaded.
        let forked = unsafe { sys::fork_as_sibling() };
        if let Ok(Fork::Child) = forked {
            stepped_worker(&common, slot, batons[slot], &mut statics);
        }
        sys::dont_inherit(batons[slot].start(), batons[slot].len());
        forked
    })
}

/// A mapping that children do not have.
fn private(fd: RawFd) -> &'static Region {
    let region = map(fd, false);
    sys::dont_inherit(region.start(), region.len());
    region
}

/// Carries out the grader's orders, one slot each, until it ends.
fn serve(control: &'static Page, mut fork: impl FnMut(usize) -> std::io::Result<Fork>) -> ExitCode {
    robust::register();
    // The grader's orders carry this id as the baton of a worker would, so the zygote's death is noticed as well.
    let tid = sys::gettid();
    control.result.store(u64::from(tid), Relaxed);
    robust::push(&control.baton);
    control.hand_over(state::TOP);
    while control.wait_while(state::TOP, None) == tid {
        match fork(control.args[0].load(Relaxed) as usize) {
            Ok(Fork::Parent(pid)) => control.result.store(u64::from(pid), Relaxed),
            Ok(Fork::Child) => unreachable!("a child never comes back"),
            Err(error) => {
                control.write_text(&format!("fork: {error}"));
                control.result.store(0, Relaxed);
            }
        }
        control.hand_over(state::TOP);
    }
    ExitCode::SUCCESS
}

/// One stepped worker: runs its role again and again, each time from the initial state, until it is killed.
fn stepped_worker(common: &Common, slot: usize, baton: &'static Region, statics: &mut Statics) -> ! {
    // A sibling of the zygote: its parent is the grader.
    sys::die_with_parent(common.grader);
    let page = Page::of(baton);
    let tid = sys::gettid();
    ME.store(slot as u32, Relaxed);
    TID.store(tid, Relaxed);
    baton::attach(page);
    robust::register();
    robust::push(&page.baton);
    let life = RobustWord::at(payload(), LIFE + slot * LIFE_BYTES);
    statics.adopt();
    let mut parked = state::TOP;
    page.hand_over(parked);
    loop {
        if page.wait_while(parked, None) != tid {
            sys::exit_now(1);
        }
        let scenario = Header::read(common.header);
        sys::hermetic::restart(scenario.seed, slot as u32);
        robust::own(life, tid);
        baton::set_mode(baton::STEPPED);
        let outcome = catch_unwind(AssertUnwindSafe(|| common.lab.one_role(slot, &scenario)));
        baton::set_mode(baton::FREE);
        robust::clear();
        robust::push(&page.baton);
        parked = match outcome {
            Ok(()) => state::DONE,
            Err(cause) if cause.is::<Aborted>() => state::TOP,
            Err(_) => state::PANICKED,
        };
        sys::hermetic::rest();
        crate::ahead::rest();
        page.dirty.store(u32::from(statics.changed()), Relaxed);
        page.hand_over(parked);
    }
}
