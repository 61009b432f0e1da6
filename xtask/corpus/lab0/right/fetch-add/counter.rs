use shared::boards::lab0::Board;

pub fn add(b: &Board, found: u64) {
    b.total.raw().fetch_add(found);
}
