//! `Slice`: large data that nobody changes any more, read by all workers where it lies.
//!
//! It is **published** once, before the workers are forked: filled, sealed by the kernel, mapped for reading only. The workers
//! inherit the mapping, so nothing is copied, and no hook and no atomic access stand between them and the data: what nobody
//! can write needs neither. Python's counterpart is a global that workers inherit by fork, but there reading an object
//! writes its reference count, and so copies its page.

use std::io::Result;
use std::marker::PhantomData;
use std::ops::Deref;
use std::os::fd::OwnedFd;

use memmap2::{Mmap, MmapOptions};

use crate::sys;

/// A number that any bits stand for.
///
/// # Safety
/// Every bit pattern must be a value, zero bytes too, and there must be no padding.
pub unsafe trait Number: Copy + 'static {}

macro_rules! numbers {
    ($($t:ty),*) => {$(
        // SAFETY: every bit pattern of a primitive number is a value.
        unsafe impl Number for $t {}
    )*};
}
numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, f32, f64);

/// Numbers that this process and all that it forks from now on can read and nobody can change.
pub struct Slice<T> {
    map: Mmap,
    len: usize,
    of: PhantomData<T>,
}

impl<T: Number> Slice<T> {
    /// Publishes `len` numbers. `fill` writes them in place; they are zero before.
    ///
    /// # Errors
    /// When memory or descriptors are short, or the kernel refuses a seal.
    pub fn publish(len: usize, fill: impl FnOnce(&mut [T])) -> Result<Slice<T>> {
        let file = sealed(len, fill)?;
        // SAFETY: the file is sealed: neither its bytes nor its length can change under the mapping.
        let map = unsafe { MmapOptions::new().len(bytes::<T>(len)).map_copy_read_only(&file)? };
        Ok(Slice { map, len, of: PhantomData })
    }
}

impl<T: Number> Deref for Slice<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the mapping has room for so many numbers, begins at a page and is never written; any bits are a number.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.len) }
    }
}

/// Whole pages, and at least one: an empty file cannot be mapped.
fn bytes<T>(len: usize) -> usize {
    const PAGE: usize = 4096;
    len.checked_mul(size_of::<T>()).expect("an array that fits into memory").next_multiple_of(PAGE).max(PAGE)
}

/// A memory file with these numbers that nobody can write to, through no descriptor and no mapping.
fn sealed<T: Number>(len: usize, fill: impl FnOnce(&mut [T])) -> Result<OwnedFd> {
    let file = sys::memory_file("slice", bytes::<T>(len))?;
    // SAFETY: the file is new and known to nobody else.
    let mut map = unsafe { MmapOptions::new().len(bytes::<T>(len)).map_mut(&file)? };
    // SAFETY: in bounds, aligned, and ours alone; zero bytes are numbers.
    fill(unsafe { std::slice::from_raw_parts_mut(map.as_mut_ptr().cast(), len) });
    // The kernel refuses the seal while anybody could still write through a mapping.
    drop(map);
    sys::seal_for_good(&file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
    fn what_was_filled_in_can_be_read() {
        let slice = Slice::publish(10_000, |to| to.iter_mut().zip(0u64..).for_each(|(to, at)| *to = at * at));
        let slice = slice.expect("memory");
        assert_eq!((slice.len(), slice[0], slice[9_999]), (10_000, 0, 9_999 * 9_999));
        assert!(Slice::<f64>::publish(0, |_| {}).expect("memory").is_empty());
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "shared memory needs Linux's memory files")]
    fn nobody_can_write_any_more() {
        let file = sealed(3, |to: &mut [u32]| to.fill(7)).expect("memory");
        // SAFETY: the mapping is refused.
        assert!(unsafe { MmapOptions::new().len(4096).map_mut(&file) }.is_err(), "a mapping that could write");
        let file = std::fs::File::from(file);
        let refused = file.write_at(b"x", 0).expect_err("a write to sealed memory");
        assert_eq!(refused.raw_os_error(), Some(libc::EPERM));
        assert!(file.set_len(0).is_err(), "a shorter file would end its readers");
        let mut first = [0; 4];
        file.read_at(&mut first, 0).expect("it can be read");
        assert_eq!(u32::from_ne_bytes(first), 7);
    }
}
