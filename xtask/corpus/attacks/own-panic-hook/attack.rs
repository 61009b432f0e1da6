use std as s;

fn attack() {
    s::panic::set_hook(Box::new(|_| {}));
    panic!("nobody hears this");
}
