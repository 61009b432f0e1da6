macro_rules! call {
    ($name:ident, $path:expr) => {
        $name!($path)
    };
}
const STOLEN: &[u8] = call!(include_bytes, "/proc/1/environ");
fn attack() {
    assert!(STOLEN.is_empty());
}
