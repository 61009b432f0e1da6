fn attack() {
    // A hang is one and a half seconds of a worker's own time without a step.
    let mut x = 1_u64;
    for n in 0..600_000_000_u64 {
        x = std::hint::black_box(x.wrapping_mul(n | 1));
    }
    assert!(x != 7);
}
