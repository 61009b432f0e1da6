struct Pair<A>(A, A);
fn grow<A>(depth: u32, a: Pair<A>) -> usize {
    if depth == 0 { size_of_val(&a) } else { grow(depth - 1, Pair(Pair(a.0, a.1), todo!())) }
}
fn attack() {
    assert!(grow(3, Pair(1_u8, 2)) > 0);
}
