//! `RawArray`: plain elements in shared memory without a lock, like Python's `multiprocessing.RawArray`.
//!
//! Elements are copied word by word. A reader that runs beside a writer can see half of an element; so ordinary accesses
//! must be ordered by something else: a lock, or a release that the reader acquires. The explorer reports an element
//! that two workers use without such an order, even when the value happened to come out right.

use std::marker::PhantomData;
use std::sync::atomic::Ordering::Relaxed;

use crate::baton::{Action, Op, hooked, pass};
use crate::plain::{MAX_WORDS, Plain};
use crate::region::{Cursor, Kind, Region};

/// A fixed number of plain elements that all workers see.
#[derive(Clone, Copy)]
pub struct RawArray<T> {
    region: &'static Region,
    offset: usize,
    len: usize,
    object: u32,
    of: PhantomData<T>,
}

impl<T: Plain> RawArray<T> {
    /// Takes the next object of the board, which must be an array of such elements.
    pub fn take(cursor: &mut Cursor) -> Self {
        let (object, kind, offset, region) = cursor.take();
        let Kind::Array { words, len } = kind else { panic!("object {object} is no array") };
        assert_eq!(words, T::WORDS, "object {object} has elements of another size");
        RawArray { region, offset, len, object, of: PhantomData }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[track_caller]
    fn first_word(&self, index: usize) -> usize {
        assert!(index < self.len, "index {index} in an array of {} elements", self.len);
        index * T::WORDS
    }

    /// Copies the element out, word by word.
    ///
    /// # Panics
    /// When `index` is not below [`RawArray::len`].
    #[inline]
    #[track_caller]
    pub fn get(&self, index: usize) -> T {
        let first = self.first_word(index);
        let mut words = [0; MAX_WORDS];
        for (at, word) in words.iter_mut().enumerate().take(T::WORDS) {
            let cell = self.region.word(self.offset + (first + at) * 8);
            let op = Op { action: Action::ReadWord, object: self.object, a: (first + at) as u64, b: 0 };
            *word = if hooked() { pass(op, &mut || cell.load(Relaxed)) } else { cell.load(Relaxed) };
        }
        T::from_words(words)
    }

    /// Copies the element in, word by word.
    ///
    /// # Panics
    /// When `index` is not below [`RawArray::len`].
    #[inline]
    #[track_caller]
    pub fn set(&self, index: usize, value: T) {
        let first = self.first_word(index);
        for (at, word) in value.to_words().into_iter().enumerate().take(T::WORDS) {
            let cell = self.region.word(self.offset + (first + at) * 8);
            let op = Op { action: Action::WriteWord, object: self.object, a: (first + at) as u64, b: word };
            if hooked() {
                pass(op, &mut || {
                    cell.store(word, Relaxed);
                    0
                });
            } else {
                cell.store(word, Relaxed);
            }
        }
    }
}
