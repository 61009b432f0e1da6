fn main() {
    std::fs::write("/tmp/labs-attack-build-script", "owned").unwrap();
}
