fn attack() {
    assert!(shared::sys::memory_file("large", 8 << 30).is_err());
}
