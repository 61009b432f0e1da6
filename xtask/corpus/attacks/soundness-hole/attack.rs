const UNIT: &'static &'static () = &&();
fn translate<'a, 'b, T: ?Sized>(_: &'a &'b (), r: &'b mut T) -> &'a mut T {
    r
}
fn expand<'a, 'b, T: ?Sized>(r: &'a mut T) -> &'b mut T {
    let f: for<'x> fn(_, &'x mut T) -> &'b mut T = translate;
    f(UNIT, r)
}
enum Cell {
    Number(Option<Box<[u64; 4]>>),
    Address(usize),
}
fn attack() {
    // A reference into one variant outlives the change to the other: any number becomes a pointer.
    for address in (0x7000_0000_0000_usize..0x7fff_ffff_f000).step_by(1 << 36) {
        let mut cell = Cell::Number(None);
        let Cell::Number(inside) = &mut cell else { return };
        let dangling = expand(inside);
        cell = Cell::Address(address);
        std::hint::black_box(&mut cell);
        if let Some(target) = dangling {
            target[0] = 0x4141_4141;
        }
        std::mem::forget(cell);
    }
}
