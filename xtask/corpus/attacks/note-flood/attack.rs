fn attack() {
    for n in 0..1_000_000_u64 {
        shared::baton::note(&format!("{n}"));
    }
}
