fn attack() {
    for n in 0..100_000_u32 {
        match shared::sys::memory_file(&format!("empty {n}"), 0) {
            Ok(file) => std::mem::forget(file),
            Err(_) => return,
        }
    }
}
