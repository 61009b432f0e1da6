fn attack() {
    fn deeper(n: u64) -> u64 {
        if n == u64::MAX { 0 } else { 1 + deeper(std::hint::black_box(n + 1)) }
    }
    assert!(deeper(0) > 0);
}
