//! Chapter 0: a total that several processes add to.

use shared::boards::lab0::Board;

/// Adds what a worker found to the total. In Python: `with total.get_lock(): total.value += found`.
pub fn add(b: &Board, found: u64) {
    // One critical section: nobody else can come in between the look and the write, because we hold the lock from before the
    // one until after the other. `b.total.raw().fetch_add(found)` would do as well: one step instead of four.
    let mut total = b.total.lock();
    let seen = total.get();
    total.set(seen + found);
}
