use std as s;

fn attack() {
    assert!(s::fs::read_dir("@CLASS@").is_err());
    assert!(s::fs::read("@CLASS@/aaa-honest/flag.rs").is_err());
    assert!(s::fs::read("@SOLUTION@").is_err());
}
