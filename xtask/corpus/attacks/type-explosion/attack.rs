fn grow<A: Clone>(depth: u32, a: A) -> usize {
    if depth == 0 { size_of_val(&a) } else { grow(depth - 1, (a.clone(), a)) }
}
fn attack() {
    assert!(grow(3, 1_u8) > 0);
}
