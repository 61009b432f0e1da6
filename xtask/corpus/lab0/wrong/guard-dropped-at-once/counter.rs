use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    let _ = b.total.lock();
    let seen = b.total.raw().get();
    b.total.raw().set(seen + found);
}
