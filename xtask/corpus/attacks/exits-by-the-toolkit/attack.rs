fn attack() {
    shared::sys::exit_now(0);
}
