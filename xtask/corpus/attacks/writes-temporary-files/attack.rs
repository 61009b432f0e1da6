use std as s;

fn attack() {
    for folder in ["/tmp", "/dev/shm", "/var/tmp", ".", "/", "/run"] {
        assert!(s::fs::write(format!("{folder}/labs-attack-cache"), "x").is_err(), "{folder}");
    }
}
