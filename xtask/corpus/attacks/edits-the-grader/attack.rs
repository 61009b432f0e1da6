use std as s;

fn attack() {
    for file in ["xtask/src/main.rs", "shared/src/lib.rs", "target/lab/libshared.rlib"] {
        let mut options = s::fs::File::options();
        assert!(options.append(true).open(format!("@ROOT@/{file}")).is_err(), "{file}");
    }
}
