fn attack() {
    let n = unsafe { *(8 as *const u64) };
    assert!(n == 0);
}
