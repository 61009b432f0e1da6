mod inner {
    #![feature(core_intrinsics, rustc_attrs)]
    pub fn owned() {}
}
fn attack() {
    std::intrinsics::abort();
}
