//! Whether a worker's statics are as they were: a kept worker may be used again only then.
//!
//! Workers are rewound rather than forked anew, because that is three times as fast. A value that a student left in a
//! thread-local, or the seeds the standard library keeps for its hash maps, would make the second execution
//! different from the first. So the writable segments of the program itself are compared with a copy. The copy is made
//! before workers are forked; each of them only notes what being a worker has changed.

#[cfg(target_os = "linux")]
mod linux {
    /// Bytes that are compared, and copied when they differ, at a time.
    const CHUNK: usize = 256;

    /// A copy of the program's writable statics.
    pub struct Statics {
        parts: Vec<(usize, Vec<u8>)>,
    }

    impl Statics {
        /// Copies the statics as they are now.
        pub fn snapshot() -> Self {
            let mut ranges: Vec<(usize, usize)> = Vec::new();
            // SAFETY: the callback is called with the passed vector and live program headers, before this returns.
            unsafe { libc::dl_iterate_phdr(Some(writable_ranges), (&raw mut ranges).cast()) };
            // The copies are made after the last allocation that could change a static.
            let mut parts: Vec<(usize, Vec<u8>)> = ranges.into_iter().map(|(at, len)| (at, vec![0; len])).collect();
            for (at, copy) in &mut parts {
                // SAFETY: the range is a mapped, readable segment of this program.
                unsafe { std::ptr::copy_nonoverlapping(*at as *const u8, copy.as_mut_ptr(), copy.len()) };
            }
            Statics { parts }
        }

        /// Takes the statics as they are now for the initial ones. Writes only where they differ: a fork shares the rest.
        pub fn adopt(&mut self) {
            for (at, copy) in &mut self.parts {
                for (start, chunk) in copy.chunks_mut(CHUNK).enumerate() {
                    let now = (*at + start * CHUNK) as *const u8;
                    // SAFETY: as above; the chunk lies within the range.
                    let differs = unsafe { libc::memcmp(now.cast(), chunk.as_ptr().cast(), chunk.len()) != 0 };
                    if differs {
                        // SAFETY: as above; the copy is no static.
                        unsafe { std::ptr::copy_nonoverlapping(now, chunk.as_mut_ptr(), chunk.len()) };
                    }
                }
            }
        }

        /// Whether anything differs from the copy.
        pub fn changed(&mut self) -> bool {
            self.parts.iter().any(|(at, copy)| {
                // SAFETY: as above; no reference into the segment outlives the comparison.
                unsafe { libc::memcmp(*at as *const libc::c_void, copy.as_ptr().cast(), copy.len()) != 0 }
            })
        }
    }

    /// Collects the writable segments and the thread-local block of the program (the first object of the list).
    unsafe extern "C" fn writable_ranges(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        data: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the loader passes a live info; `data` is the vector given above.
        let (info, ranges) = unsafe { (&*info, &mut *data.cast::<Vec<(usize, usize)>>()) };
        for i in 0..info.dlpi_phnum as usize {
            // SAFETY: the loader promises `dlpi_phnum` headers.
            let header = unsafe { &*info.dlpi_phdr.add(i) };
            let writable = header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0;
            if writable {
                ranges.push((info.dlpi_addr as usize + header.p_vaddr as usize, header.p_memsz as usize));
            }
            if header.p_type == libc::PT_TLS && !info.dlpi_tls_data.is_null() {
                ranges.push((info.dlpi_tls_data as usize, header.p_memsz as usize));
            }
        }
        1
    }
}

#[cfg(target_os = "linux")]
pub use linux::Statics;

#[cfg(not(target_os = "linux"))]
mod other {
    /// Without a loader to ask, every worker counts as changed and is forked anew.
    pub struct Statics;
    impl Statics {
        /// Nothing to copy.
        pub fn snapshot() -> Self {
            Statics
        }
        /// Nothing to note.
        pub fn adopt(&mut self) {}
        /// Always.
        pub fn changed(&mut self) -> bool {
            true
        }
    }
}
#[cfg(not(target_os = "linux"))]
pub use other::Statics;
