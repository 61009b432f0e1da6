fn attack() {
    for _ in 0..100 {
        println!("{}", "x".repeat(100_000));
    }
}
