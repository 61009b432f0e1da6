use std as s;

fn attack() {
    assert!(s::fs::read("@SECRET@").is_err());
    assert!(s::fs::metadata("@SECRET@").is_err() || s::fs::File::open("@SECRET@").is_err());
}
