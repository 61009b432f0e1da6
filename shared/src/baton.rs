//! The hook: every toolkit operation passes here, and stepped, it waits here for its turn.
//!
//! A worker that is **stepped** writes what it is about to do into its baton page, hands the baton to the grader and
//! sleeps until the grader hands it back. Only then it does the operation, on the real memory, and runs on to its next
//! one. With every baton in one hand, a program of many processes takes exactly the interleaving the grader chooses.
//! **Free**, the hook is one load of a static and a branch that is never taken.
//!
//! The baton is one futex word. Bit 31 says that the other side sleeps on it, bit 30 is the kernel's mark that the worker
//! died, the low bits are one of the states below or, while the worker runs, its thread id: so a worker that dies
//! while running wakes the grader through its robust list, without any time limit.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::ahead::Ahead;
pub use crate::op::{Action, NO_OBJECT, Op};
use crate::region::Region;
use crate::robust::{OWNER, OWNER_DIED, RobustWord};
use crate::sys;
use crate::words;

/// How this process runs: nobody looks.
pub const FREE: u8 = 0;
/// How this process runs: every operation waits for the grader.
pub const STEPPED: u8 = 1;
/// How this process runs: free, but every operation leaves a record for the pictures.
pub const TRACED: u8 = 2;

static MODE: AtomicU8 = AtomicU8::new(FREE);
static PAGE: AtomicPtr<Page> = AtomicPtr::new(std::ptr::null_mut());
static ABORTING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this is the thread that was made a stepped worker.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// How this process runs: [`FREE`], [`STEPPED`] or [`TRACED`].
#[inline(always)]
pub fn mode() -> u8 {
    MODE.load(Relaxed)
}

/// Whether an operation must go through [`pass`].
#[inline(always)]
pub(crate) fn hooked() -> bool {
    mode() != FREE
}

/// States of a baton word: numbers far above any thread id (which are below 2^22).
pub mod state {
    /// The worker waits for an execution to begin.
    pub const TOP: u32 = 0x2000_0001;
    /// The worker waits for its turn; the page says for what.
    pub const ANNOUNCED: u32 = 0x2000_0002;
    /// The worker's function returned.
    pub const DONE: u32 = 0x2000_0003;
    /// The worker's function panicked; the page's text says how.
    pub const PANICKED: u32 = 0x2000_0004;
    /// From the grader: this execution is over, unwind to the top.
    pub const ABORT: u32 = 0x2000_0005;
    /// Freshly mapped: no worker yet.
    pub const UNBORN: u32 = 0;
}

/// Exit code of a worker that called the toolkit from a second thread.
pub const EXIT_SECOND_THREAD: i32 = 97;
/// Exit code of a worker that caught the end of an execution and went on.
pub const EXIT_UNSTOPPABLE: i32 = 98;

/// Bytes of text a worker can hand over with a step.
pub const TEXT_BYTES: usize = 1024;

/// Words of data a worker can hand over with a step: the items of a put.
pub const DATA_WORDS: usize = crate::words::queue::MAX_BATCH * crate::plain::MAX_WORDS;

/// A baton page: one worker and the grader see it, nobody else.
#[repr(C)]
pub struct Page {
    /// The baton word with its link in the worker's robust list.
    pub baton: RobustWord,
    /// The announced action's number.
    pub action: AtomicU32,
    /// The announced object.
    pub object: AtomicU32,
    /// The announced arguments.
    pub args: [AtomicU64; 2],
    /// What the operation granted last gave, written before the next announcement.
    pub result: AtomicU64,
    /// The grader's answer to a computation, written before the grant.
    pub answer: AtomicU64,
    /// Bytes of text in use.
    pub text_len: AtomicU32,
    /// 1 when the worker found its own statics changed at the end of the last execution.
    pub dirty: AtomicU32,
    /// What the worker may do ahead of its announcements, and what it did.
    pub ahead: Ahead,
    /// Text of a note or a panic message; the bytes of a send.
    pub text: [AtomicU8; TEXT_BYTES],
    /// Words of data in use.
    pub data_len: AtomicU64,
    /// Data that goes with the announced operation.
    pub data: [AtomicU64; DATA_WORDS],
}

/// Bytes of a baton region.
pub const PAGE_BYTES: usize = 8192;
const _: () = assert!(size_of::<Page>() <= PAGE_BYTES);

impl Page {
    /// The page in a baton region.
    #[inline]
    pub fn of(region: &Region) -> &Page {
        assert!(region.len() >= PAGE_BYTES);
        // SAFETY: mappings start at a page boundary and are long enough; the struct is made of atomics only.
        unsafe { &*region.start().cast::<Page>() }
    }

    /// Writes a text, cut to [`TEXT_BYTES`].
    pub fn write_text(&self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// Writes bytes in place of the text, cut to [`TEXT_BYTES`].
    pub fn write_bytes(&self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(TEXT_BYTES)];
        for (to, from) in self.text.iter().zip(bytes) {
            to.store(*from, Relaxed);
        }
        self.text_len.store(bytes.len() as u32, Relaxed);
    }

    /// Reads the text; whatever a broken worker left there becomes some string.
    pub fn read_text(&self) -> String {
        String::from_utf8_lossy(&self.read_bytes()).into_owned()
    }

    /// Reads the text as bytes.
    #[inline]
    pub fn read_bytes(&self) -> Vec<u8> {
        let len = (self.text_len.load(Relaxed) as usize).min(TEXT_BYTES);
        self.text[..len].iter().map(|b| b.load(Relaxed)).collect()
    }

    /// Writes the data of an announcement: `count` words.
    fn write_data(&self, count: usize, word: &dyn Fn(usize) -> u64) {
        self.data.iter().take(count).enumerate().for_each(|(at, to)| to.store(word(at), Relaxed));
        self.data_len.store(count as u64, Relaxed);
    }

    /// Reads the data of an announcement, never more than there is room for.
    #[inline]
    pub fn read_data(&self) -> Vec<u64> {
        let len = (self.data_len.load(Relaxed) as usize).min(DATA_WORDS);
        self.data[..len].iter().map(|word| word.load(Relaxed)).collect()
    }

    /// Changes the baton and wakes the other side if it sleeps: all that was written before is visible there.
    #[inline]
    pub fn hand_over(&self, state: u32) {
        words::baton::hand_over(&self.baton.word, state);
    }

    /// Sleeps while the low bits of the baton are `state` and the owner lives; with a `limit`, sleeps once, at most so
    /// long. Gives the low bits, in which [`OWNER_DIED`] may be set.
    #[inline]
    pub fn wait_while(&self, state: u32, limit: Option<std::time::Duration>) -> u32 {
        words::baton::wait_while(&self.baton.word, state, limit)
    }
}

/// What unwinds a worker out of an execution that the grader ended.
pub(crate) struct Aborted;

/// Makes this process a stepped worker with this page, and this thread the only one that may use the toolkit.
pub(crate) fn attach(page: &'static Page) {
    IS_WORKER.set(true);
    PAGE.store(std::ptr::from_ref(page).cast_mut(), Relaxed);
}

pub(crate) fn page() -> &'static Page {
    // SAFETY: `attach` stored a page that lives as long as the process, before the mode became stepped.
    unsafe { &*PAGE.load(Relaxed) }
}

pub(crate) fn set_mode(mode: u8) {
    ABORTING.store(false, Relaxed);
    MODE.store(mode, Relaxed);
}

/// The way of every operation when somebody looks: announce, wait, act, deliver the result.
///
/// While the worker unwinds out of an ended execution, guards still run their destructors; the act is then left out.
#[cold]
#[inline(never)]
pub(crate) fn pass(op: Op, act: &mut dyn FnMut() -> u64) -> u64 {
    match mode() {
        STEPPED => {
            let Some(turn) = announce(op) else { return 0 };
            let result = act();
            turn.result.store(result, Relaxed);
            result
        }
        TRACED => crate::trace::record(op, act),
        _ => act(),
    }
}

/// As [`pass`], for an operation that brings data along: `count` words.
pub(crate) fn pass_with(op: Op, count: usize, word: &dyn Fn(usize) -> u64, act: &mut dyn FnMut() -> u64) -> u64 {
    if mode() == STEPPED {
        page().write_data(count, word);
    }
    pass(op, act)
}

/// Announces an operation that the grader answers: computation. Free, `work` does it.
pub(crate) fn ask(op: Op, work: &mut dyn FnMut() -> u64) -> u64 {
    match mode() {
        STEPPED => {
            let Some(turn) = announce(op) else { return 0 };
            let answer = turn.answer.load(Relaxed);
            turn.result.store(answer, Relaxed);
            answer
        }
        TRACED => crate::trace::record(op, work),
        _ => work(),
    }
}

/// Where a granted operation finds the grader's answer, and where it leaves its result.
struct Turn {
    answer: &'static AtomicU64,
    result: &'static AtomicU64,
}

/// Waits until the operation is granted: it was granted beforehand, or the worker hands over the announcement and sleeps. `None`: the execution is over and the worker unwinds.
fn announce(op: Op) -> Option<Turn> {
    if !IS_WORKER.get() {
        page().write_text("a toolkit call came from a second thread");
        sys::exit_now(EXIT_SECOND_THREAD);
    }
    if ABORTING.load(Relaxed) {
        if std::thread::panicking() {
            return None;
        }
        sys::exit_now(EXIT_UNSTOPPABLE);
    }
    let page = page();
    if let Some(slot) = page.ahead.may_do(op) {
        sys::hermetic::advance(1_000);
        return Some(Turn { answer: slot, result: slot });
    }
    page.action.store(op.action as u32, Relaxed);
    page.object.store(op.object, Relaxed);
    page.args[0].store(op.a, Relaxed);
    page.args[1].store(op.b, Relaxed);
    page.hand_over(state::ANNOUNCED);
    let granted = page.wait_while(state::ANNOUNCED, None);
    if granted & OWNER == state::ABORT || granted & OWNER_DIED != 0 {
        ABORTING.store(true, Relaxed);
        if std::thread::panicking() {
            return None;
        }
        std::panic::resume_unwind(Box::new(Aborted));
    }
    sys::hermetic::advance(1_000);
    Some(Turn { answer: &page.answer, result: &page.result })
}

/// Says something that shows up as a step in the story; replaces `println!` in a lab.
///
/// Free, it goes to standard error.
pub fn note(text: &str) {
    if mode() == STEPPED {
        page().write_text(text);
        ask(Op { action: Action::Note, object: NO_OBJECT, a: 0, b: 0 }, &mut || 0);
    } else {
        eprintln!("worker {}: {text}", crate::process::me() + 1);
    }
}

/// A sleep is a step. Only Linux has the interposed functions that come here.
#[cfg(target_os = "linux")]
pub(crate) fn sleep(ns: u64) {
    ask(Op { action: Action::Sleep, object: NO_OBJECT, a: ns, b: 0 }, &mut || 0);
}
