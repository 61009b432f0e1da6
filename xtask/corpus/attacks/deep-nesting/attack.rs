fn attack() {
    let n = @NESTED@;
    assert!(n == 1);
}
