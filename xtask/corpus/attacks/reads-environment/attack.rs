use std as s;

fn attack() {
    assert!(s::env::vars_os().next().is_none());
}
