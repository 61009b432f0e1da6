fn attack() {
    // Each call stays far below every limit, and nothing is ever given back.
    std::mem::forget(vec![7_u8; 4 << 20]);
}
