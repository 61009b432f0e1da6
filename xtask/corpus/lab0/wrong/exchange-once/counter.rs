use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    let seen = b.total.raw().get();
    let _ = b.total.raw().compare_exchange(seen, seen + found);
}
