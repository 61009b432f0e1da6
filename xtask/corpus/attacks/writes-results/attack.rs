use std as s;

fn attack() {
    for name in ["class.json", "grades.csv", "results/00/owned.json", "seed"] {
        assert!(s::fs::write(format!("@OUT@/{name}"), "{}").is_err(), "{name}");
        assert!(s::fs::remove_file(format!("@OUT@/{name}")).is_err(), "{name}");
    }
}
