fn attack() {
    shared::robust::clear();
    shared::sys::exit_now(0);
}
