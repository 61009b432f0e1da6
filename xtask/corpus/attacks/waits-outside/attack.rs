use std as s;

fn attack() {
    let lock = s::sync::Mutex::new(());
    let _held = lock.lock();
    drop(lock.lock());
}
