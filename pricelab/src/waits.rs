//! How long each single acquisition of a lock waited: the tail, which no mean shows.

use std::io::Write;

use shared::sys::monotonic_ns;

use crate::span::Span;

/// Two buckets an octave: bucket `b` begins at `2^(b/2)` nanoseconds, half an octave later for odd ones.
const BUCKETS: usize = 80;

/// Takes and frees a lock for a while; prints the histogram of the waits: `waits`, then count after count.
pub fn of<G>(mut lock: impl FnMut() -> G) -> Span {
    let mut counts = [0u32; BUCKETS];
    let span = Span::for_long(64, || {
        let before = monotonic_ns();
        let guard = lock();
        let waited = monotonic_ns() - before;
        drop(guard);
        counts[bucket(waited)] += 1;
    });
    let words: Vec<String> = counts.iter().map(u32::to_string).collect();
    let line = format!("waits {}\n", words.join(" "));
    std::io::stdout().write_all(line.as_bytes()).expect("the runner reads what we print");
    span
}

fn bucket(ns: u64) -> usize {
    let ns = ns.max(1);
    let octave = ns.ilog2() as usize;
    let upper_half = octave > 0 && ns >> (octave - 1) & 1 == 1;
    (octave * 2 + usize::from(upper_half)).min(BUCKETS - 1)
}
