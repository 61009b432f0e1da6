use std as s;

fn attack() {
    use s::io::Write;
    for _ in 0..100 {
        let Ok((mut from, to)) = s::os::unix::net::UnixStream::pair() else { return };
        let _ = from.set_nonblocking(true);
        while from.write(&[7; 4096]).is_ok() {}
        std::mem::forget((from, to));
    }
}
