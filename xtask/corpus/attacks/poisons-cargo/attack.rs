use std as s;

fn attack() {
    for folder in ["@HOME@/.cargo", "@HOME@", "/root", "/usr/lib", "/etc"] {
        assert!(s::fs::write(format!("{folder}/labs-attack-poison"), "x").is_err(), "{folder}");
    }
}
