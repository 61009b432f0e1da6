use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    let _ = found;
    b.total.raw().fetch_add(1);
}
