//! Chapter 0: a total that several processes add to. It is complete, and each access to the total takes its lock.

use shared::boards::lab0::Board;

/// Adds what a worker found to the total. In Python: `total.value += found`.
pub fn add(b: &Board, found: u64) {
    let seen = b.total.get();
    b.total.set(seen + found);
}
