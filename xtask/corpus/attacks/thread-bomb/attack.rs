use std as s;

fn attack() {
    let mut threads = Vec::new();
    while threads.len() < 10_000 {
        let quiet = || s::thread::sleep(s::time::Duration::from_secs(3600));
        match s::thread::Builder::new().stack_size(65_536).spawn(quiet) {
            Ok(thread) => threads.push(thread),
            Err(_) => break,
        }
    }
    assert!(threads.len() < 1_000, "{} threads", threads.len());
    s::process::abort();
}
