//! Robust words: the kernel marks them when their owner dies, whatever killed it.
//!
//! A process that is SIGKILLed runs no code of its own any more, so it cannot release what it holds. Linux keeps a list a
//! thread of the words that it owns; when the thread ends, the kernel sets [`OWNER_DIED`] in every listed word that still
//! holds the thread's id, and wakes one sleeper. Locks, batons and the table of the living are such words.
//!
//! The order of the steps matters, because the process may die between any two of them: `pending` names the word before
//! it is taken, and again before it leaves the list until it is free (the protocol of Linux's
//! `Documentation/locking/robust-futexes.rst`). The kernel treats the pending word as a listed one, so a word that was taken
//! **stays pending** and costs no list at all, until another word needs the place: only then it is listed. A process
//! that holds one lock at a time, as most do, never touches the list.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed, compiler_fence};

use crate::region::Region;
pub use crate::words::{OWNER, OWNER_DIED, WAITERS};

/// Bytes of a robust word with its link.
pub const BYTES: usize = 16;

/// A word with its place in the owner's list. `next` is an address in the owner's memory: nobody else reads it.
#[repr(C)]
pub struct RobustWord {
    /// Bits 0–29 the owner's thread id, bit 30 [`OWNER_DIED`], bit 31 [`WAITERS`].
    pub word: AtomicU32,
    unused: u32,
    next: AtomicUsize,
}

impl RobustWord {
    /// The robust word at a byte offset of a region.
    pub fn at(region: &'static Region, offset: usize) -> &'static RobustWord {
        assert!(offset.is_multiple_of(8) && offset + BYTES <= region.len(), "robust word outside the region");
        // SAFETY: in bounds, aligned, and made of atomics, so other processes may write it at any time.
        unsafe { &*region.start().add(offset).cast::<RobustWord>() }
    }

    #[inline]
    fn node(&self) -> usize {
        (&raw const self.next) as usize
    }
}

/// The list head as the kernel reads it: first link, distance from a link to its word, the word in the making.
#[repr(C)]
struct Head {
    first: AtomicUsize,
    distance: isize,
    pending: AtomicUsize,
}

struct ThisProcess(UnsafeCell<Head>);
// SAFETY: only the process's main thread touches the list (the toolkit refuses other threads), and the kernel at its end.
unsafe impl Sync for ThisProcess {}

static LIST: ThisProcess =
    ThisProcess(UnsafeCell::new(Head { first: AtomicUsize::new(0), distance: -8, pending: AtomicUsize::new(0) }));

#[inline]
fn head() -> &'static Head {
    // SAFETY: the head is made of atomics and a constant; a shared reference is all that is ever taken.
    unsafe { &*LIST.0.get() }
}

#[inline]
fn head_address() -> usize {
    (&raw const head().first) as usize
}

/// Registers this thread's list with the kernel, empty. A fork inherits no registration: every process calls this.
pub fn register() {
    clear();
    // SAFETY: the head is a static with the layout the kernel expects.
    unsafe { crate::sys::set_robust_list(LIST.0.get().cast(), size_of::<Head>()) };
}

/// Empties the list: the words in it stay as they are.
pub fn clear() {
    head().pending.store(0, Relaxed);
    head().first.store(head_address(), Relaxed);
}

/// Tells the kernel that `word` is about to be taken. While it is held it stays pending, or moves to the list.
#[inline]
pub fn begin(word: &RobustWord) {
    let before = head().pending.load(Relaxed);
    if before != 0 {
        make_room(before, word);
    }
    set_pending(word.node());
}

/// Lists the word that is pending because it is held, unless it is the same.
#[cold]
fn make_room(pending: usize, word: &RobustWord) {
    if pending != word.node() {
        push_node(pending);
    }
}

/// Tells the kernel that `word`, which is held, is about to be freed: it is pending and not listed.
#[inline]
pub fn begin_release(word: &RobustWord) {
    if head().pending.load(Relaxed) != word.node() {
        move_out(word);
    }
}

#[cold]
fn move_out(word: &RobustWord) {
    begin(word);
    remove(word);
}

/// `word` will not be taken after all: it is held already. Listed, it must not stay pending as well.
#[cold]
pub fn retract(word: &RobustWord) {
    let mut link = head().first.load(Relaxed);
    while link != head_address() && link != 0 {
        if link == word.node() {
            return finish();
        }
        // SAFETY: every link in the list is the `next` field of a word that this process pushed and has not removed.
        link = unsafe { &*(link as *const AtomicUsize) }.load(Relaxed);
    }
}

#[inline]
fn set_pending(node: usize) {
    compiler_fence(std::sync::atomic::Ordering::SeqCst);
    head().pending.store(node, Relaxed);
    // The kernel looks from this very processor, so only the compiler must not reorder.
    compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

/// The word that was pending is free, and whoever waited for it is awake.
#[inline]
pub fn finish() {
    set_pending(0);
}

/// Puts a word that this process owns into the list.
pub fn push(word: &RobustWord) {
    push_node(word.node());
}

fn push_node(node: usize) {
    // SAFETY: the `next` field of a word that this process holds: words lie in memory that is mapped until it ends.
    let next = unsafe { &*(node as *const AtomicUsize) };
    next.store(head().first.load(Relaxed), Relaxed);
    compiler_fence(std::sync::atomic::Ordering::SeqCst);
    head().first.store(node, Relaxed);
}

/// Takes a word out of the list. A process holds few words, nearly always freed last in first out: a walk is short.
fn remove(word: &RobustWord) {
    let mut link = &head().first;
    loop {
        let next = link.load(Relaxed);
        if next == head_address() || next == 0 {
            return;
        }
        // SAFETY: every link in the list is the `next` field of a word that this process pushed and has not removed.
        let node = unsafe { &*(next as *const AtomicUsize) };
        if next == word.node() {
            link.store(node.load(Relaxed), Relaxed);
            return;
        }
        link = node;
    }
}

/// Takes ownership of a free word and lists it. The word must not be contended: the life and baton words are not.
pub fn own(word: &RobustWord, tid: u32) {
    begin(word);
    word.word.store(tid | WAITERS, Relaxed);
    push(word);
    finish();
}
