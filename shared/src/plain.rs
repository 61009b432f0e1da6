//! Plain data: what may live in shared memory.
//!
//! Every process sees shared memory at once and may die in the middle of writing it, so only values that are nothing but
//! bits may go there: no pointers, no `String`, no `Vec`. A plain value is copied in and out **word by word**; two words
//! are two writes, and another process can see the first without the second. Locks exist for that.

/// The most 64-bit words a plain value may have.
pub const MAX_WORDS: usize = 8;

/// A value that is nothing but a few 64-bit words.
pub trait Plain: Copy {
    /// How many words, 1 to [`MAX_WORDS`].
    const WORDS: usize;
    /// The value as words; only the first [`Plain::WORDS`] count.
    fn to_words(self) -> [u64; MAX_WORDS];
    /// The value that these words stand for. Any words must give *some* value: another process may have written them.
    fn from_words(words: [u64; MAX_WORDS]) -> Self;
}

/// A plain value of one word, which the processor reads and writes in one piece.
pub trait Word: Copy {
    /// The value as a word.
    fn to_word(self) -> u64;
    /// The value that a word stands for.
    fn from_word(word: u64) -> Self;
}

macro_rules! integer_words {
    ($($t:ty),*) => {$(
        impl Word for $t {
            fn to_word(self) -> u64 { self as u64 }
            fn from_word(word: u64) -> Self { word as $t }
        }
    )*};
}
integer_words!(u8, u16, u32, u64, usize, i8, i16, i32, i64);

impl Word for bool {
    fn to_word(self) -> u64 {
        u64::from(self)
    }
    fn from_word(word: u64) -> Self {
        word != 0
    }
}

impl Word for f64 {
    fn to_word(self) -> u64 {
        self.to_bits()
    }
    fn from_word(word: u64) -> Self {
        f64::from_bits(word)
    }
}

impl<T: Word> Plain for T {
    const WORDS: usize = 1;
    fn to_words(self) -> [u64; MAX_WORDS] {
        let mut words = [0; MAX_WORDS];
        words[0] = self.to_word();
        words
    }
    fn from_words(words: [u64; MAX_WORDS]) -> Self {
        T::from_word(words[0])
    }
}

/// Makes a struct of words [`Plain`]: one word a field, in the order written.
#[macro_export]
macro_rules! plain_struct {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::plain::Plain for $name {
            const WORDS: usize = [$(stringify!($field)),+].len();
            fn to_words(self) -> [u64; $crate::plain::MAX_WORDS] {
                let mut words = [0; $crate::plain::MAX_WORDS];
                for (at, word) in [$($crate::plain::Word::to_word(self.$field)),+].into_iter().enumerate() {
                    words[at] = word;
                }
                words
            }
            fn from_words(words: [u64; $crate::plain::MAX_WORDS]) -> Self {
                let mut next = words.into_iter();
                Self { $($field: $crate::plain::Word::from_word(next.next().unwrap_or(0))),+ }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Pair {
        small: u32,
        flag: bool,
        real: f64,
    }
    plain_struct!(Pair { small, flag, real });

    #[test]
    fn a_struct_survives_the_trip_through_words() {
        let pair = Pair { small: 7, flag: true, real: -0.5 };
        assert_eq!(Pair::WORDS, 3);
        assert_eq!(Pair::from_words(pair.to_words()), pair);
    }

    #[test]
    fn negative_numbers_keep_their_sign() {
        assert_eq!(i32::from_word((-3i32).to_word()), -3);
    }
}
