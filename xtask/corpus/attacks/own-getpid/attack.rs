#[unsafe(no_mangle)]
pub extern "C" fn getpid() -> i32 {
    1
}
