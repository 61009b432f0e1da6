const HUGE: [u8; 1 << 36] = [1; 1 << 36];
fn attack() {
    let copy = HUGE;
    assert!(copy[7] == 1);
}
