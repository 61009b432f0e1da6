use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    for _ in 0..found.min(3) {
        b.total.raw().fetch_add(1);
    }
    b.total.raw().fetch_add(found.saturating_sub(3));
}
