fn attack() {
    for pid in 2..5_000 {
        shared::sys::kill_process(pid);
    }
}
