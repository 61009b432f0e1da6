use std as s;

fn attack() {
    if s::env::args().any(|word| word == "__crew") {
        s::thread::sleep(s::time::Duration::from_secs(36_000));
    }
}
