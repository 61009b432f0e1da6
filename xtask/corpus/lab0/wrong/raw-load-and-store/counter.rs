use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    let seen = b.total.raw().get_acquire();
    b.total.raw().set_release(seen + found);
}
