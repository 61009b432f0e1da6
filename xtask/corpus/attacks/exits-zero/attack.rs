use std as s;

fn attack() {
    s::process::exit(0);
}
