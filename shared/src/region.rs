//! Shared memory: a mapping of a memory file, seen as words.
//!
//! A lab runs over three kinds of memory. The **header** says what to do; it is sealed, so workers can only read it. A
//! **baton** page belongs to one worker and the grader. The **payload** holds the lab's objects and is writable by all.
//! All three are regions; every access goes through an atomic word, because other processes look at the same bytes.

use std::io::Result;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

use memmap2::{MmapOptions, MmapRaw};

use crate::words::queue::{Control, MAX_BATCH, places};

/// The most workers a lab may have: one bit each in a barrier's word.
pub const MAX_WORKERS: usize = 16;

/// A mapped memory file.
pub struct Region {
    map: MmapRaw,
}

impl Region {
    /// Maps `len` bytes of a memory file for reading and writing.
    ///
    /// # Errors
    /// When the kernel refuses the mapping.
    pub fn map(file: &impl AsRawFd, len: usize) -> Result<Region> {
        Ok(Region { map: MmapOptions::new().len(len).map_raw(file)? })
    }

    /// Maps `len` bytes for reading only. A write through the result would end the process.
    ///
    /// # Errors
    /// When the kernel refuses the mapping.
    pub fn map_read_only(file: &impl AsRawFd, len: usize) -> Result<Region> {
        Ok(Region { map: MmapOptions::new().len(len).map_raw_read_only(file)? })
    }

    /// Makes a new memory file of `len` bytes, all zero, and maps it.
    ///
    /// # Errors
    /// When memory or descriptors are short.
    pub fn create(name: &str, len: usize) -> Result<(OwnedFd, Region)> {
        let file = crate::sys::memory_file(name, len)?;
        let region = Region::map(&file, len)?;
        Ok((file, region))
    }

    /// Bytes in the mapping.
    #[inline]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the mapping has no bytes (it never has).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the mapping starts in this process.
    #[inline]
    pub fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr()
    }

    /// The 64-bit word at a byte offset.
    ///
    /// # Panics
    /// When the offset is not a multiple of 8 or lies outside the mapping.
    #[inline]
    pub fn word(&self, offset: usize) -> &AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset + 8 <= self.len(), "word at {offset} outside the region");
        // SAFETY: in bounds and aligned (mappings start at a page); atomics allow any other process's writes.
        unsafe { AtomicU64::from_ptr(self.start().add(offset).cast()) }
    }

    /// The 32-bit word at a byte offset.
    ///
    /// # Panics
    /// When the offset is not a multiple of 4 or lies outside the mapping.
    #[inline]
    pub fn half(&self, offset: usize) -> &AtomicU32 {
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.len(), "word at {offset} outside the region");
        // SAFETY: as above.
        unsafe { AtomicU32::from_ptr(self.start().add(offset).cast()) }
    }

    /// `count` 64-bit words from a byte offset on.
    ///
    /// # Panics
    /// When the offset is not a multiple of 8 or the words do not lie within the mapping.
    pub fn words(&self, offset: usize, count: usize) -> &[AtomicU64] {
        assert!(offset.is_multiple_of(8) && offset + count * 8 <= self.len(), "words at {offset} outside the region");
        // SAFETY: in bounds and aligned; atomics allow any other process's writes.
        unsafe { std::slice::from_raw_parts(self.start().add(offset).cast(), count) }
    }

    /// The byte at an offset.
    ///
    /// # Panics
    /// When the offset lies outside the mapping.
    #[inline]
    pub fn byte(&self, offset: usize) -> &AtomicU8 {
        assert!(offset < self.len(), "byte at {offset} outside the region");
        // SAFETY: in bounds; atomics allow any other process's writes.
        unsafe { AtomicU8::from_ptr(self.start().add(offset)) }
    }

    /// Sets `len` bytes from `offset` on to zero, word by word.
    #[inline]
    pub fn clear(&self, offset: usize, len: usize) {
        for at in (offset..offset + len).step_by(8) {
            self.word(at).store(0, Relaxed);
        }
    }
}

/// What an object in the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One atomic word with its first value.
    Cell {
        /// The value before the first step.
        init: u64,
    },
    /// A robust, process-shared lock.
    Lock,
    /// A kernel pipe whose two ends every free worker holds; in the payload there is nothing of it.
    Pipe,
    /// Plain words: `len` elements of `words` words each.
    Array {
        /// Words an element.
        words: usize,
        /// Elements.
        len: usize,
    },
    /// A barrier for workers `0..parties`.
    Barrier {
        /// How many workers meet.
        parties: usize,
    },
    /// A bounded queue that workers `0..workers` use.
    Queue {
        /// Words an item.
        words: usize,
        /// Items that fit before a put waits.
        capacity: usize,
        /// Workers that may hold leases.
        workers: usize,
    },
    /// One direction of a connection: bytes from one worker to another.
    Stream {
        /// The worker that sends.
        from: usize,
        /// The worker that receives.
        to: usize,
        /// How many bytes can be on their way.
        room: usize,
    },
    /// What a supervisor orders.
    Crew,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Kind::Cell { .. } | Kind::Barrier { .. } => 8,
            Kind::Lock => 16,
            Kind::Crew => crate::crew::ORDER_BYTES,
            Kind::Array { words, len } => words * len * 8,
            Kind::Queue { words, capacity, workers } => QueuePlaces::new(words, capacity, workers).end,
            Kind::Pipe => 0,
            Kind::Stream { room, .. } => crate::endpoint::ring::HEAD + room,
        }
    }
}

/// Where the parts of a queue lie, in bytes from its start.
pub struct QueuePlaces {
    /// One word a worker.
    pub leases: usize,
    /// The leased items.
    pub areas: usize,
    /// The ring.
    pub ring: usize,
    /// Where the queue ends.
    pub end: usize,
}

impl QueuePlaces {
    /// The places in a queue of this kind.
    #[inline]
    pub fn new(words: usize, capacity: usize, workers: usize) -> QueuePlaces {
        let leases = size_of::<Control>().next_multiple_of(64);
        let areas = (leases + workers * 8).next_multiple_of(64);
        let ring = areas + workers * MAX_BATCH * words * 8;
        QueuePlaces { leases, areas, ring, end: ring + places(capacity, workers) * words * 8 }
    }
}

/// One entry of the object table: its number is its place in [`Layout::objects`].
#[derive(Clone, Debug)]
pub struct Object {
    /// The lab's name for it, as messages show it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Bytes from the start of the payload, a multiple of 64: objects never share a cache line by accident.
    pub offset: usize,
}

/// The object table of a lab: what lies where in the payload. Both sides compute it from the same parameters, so it
/// never needs to be trusted.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The objects in the order in which they were declared.
    pub objects: Vec<Object>,
    end: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { objects: Vec::new(), end: crate::process::COMMONS_BYTES }
    }
}

impl Layout {
    /// Adds an object and returns its number.
    pub fn add(&mut self, name: &str, kind: Kind) -> u32 {
        self.objects.push(Object { name: name.to_owned(), kind, offset: self.end });
        self.end += kind.bytes().next_multiple_of(64);
        (self.objects.len() - 1) as u32
    }

    /// Declares a `Value`: a lock and the cell that it protects.
    pub fn value(&mut self, name: &str) {
        self.add(&format!("{name}.lock"), Kind::Lock);
        self.add(name, Kind::Cell { init: 0 });
    }

    /// Declares a `RawArray` of `len` elements.
    pub fn array<T: crate::plain::Plain>(&mut self, name: &str, len: usize) {
        self.add(name, Kind::Array { words: T::WORDS, len });
    }

    /// Declares a `Queue` of `capacity` items for `workers` workers.
    ///
    /// # Panics
    /// With a capacity of 0, which no item would ever fit into, or more workers than [`MAX_WORKERS`].
    pub fn queue<T: crate::plain::Plain>(&mut self, name: &str, capacity: usize, workers: usize) {
        assert!(capacity > 0, "queue `{name}`: a capacity of 0 leaves room for no item; give at least 1");
        assert!(workers <= MAX_WORKERS, "queue `{name}`: {workers} workers, but at most {MAX_WORKERS} can use it");
        self.add(name, Kind::Queue { words: T::WORDS, capacity, workers });
    }

    /// Declares a `PipeQueue`: the lock of those who put, the lock of those who get, and the pipe.
    pub fn pipe_queue(&mut self, name: &str) {
        self.add(&format!("{name}.writer"), Kind::Lock);
        self.add(&format!("{name}.reader"), Kind::Lock);
        self.add(name, Kind::Pipe);
    }

    /// Declares a connection between a client and a server: the client's stream, then the server's. `room` is how many bytes
    /// each can hold.
    pub fn connection(&mut self, client: usize, server: usize, room: [usize; 2]) {
        for ((from, to), room) in [(client, server), (server, client)].into_iter().zip(room) {
            self.add(&format!("w{} to w{}", from + 1, to + 1), Kind::Stream { from, to, room });
        }
    }

    /// Bytes of payload the layout needs.
    pub fn bytes(&self) -> usize {
        self.end
    }
}

/// Walks the object table and hands out the objects of a board, in the order in which its layout declared them.
#[derive(Clone)]
pub struct Cursor<'l> {
    layout: &'l Layout,
    region: &'static Region,
    next: usize,
}

impl<'l> Cursor<'l> {
    /// Starts at the first object.
    pub fn new(region: &'static Region, layout: &'l Layout) -> Self {
        assert!(layout.bytes() <= region.len(), "the board does not fit into the payload");
        Cursor { layout, region, next: 0 }
    }

    /// The next object: its number, its kind, its place.
    ///
    /// # Panics
    /// When the board asks for more objects than its layout declares.
    pub fn take(&mut self) -> (u32, Kind, usize, &'static Region) {
        let object = self.layout.objects.get(self.next).expect("the layout declares every object of the board");
        self.next += 1;
        ((self.next - 1) as u32, object.kind, object.offset, self.region)
    }
}
