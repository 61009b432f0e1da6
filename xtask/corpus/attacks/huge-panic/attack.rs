fn attack() {
    panic!("{}", "y".repeat(100_000_000));
}
