fn attack() {
    let mut files = Vec::new();
    while let Ok(file) = shared::sys::memory_file("bomb", 8 << 20) {
        files.push(file);
        assert!(files.len() < 4_096, "too much");
    }
}
