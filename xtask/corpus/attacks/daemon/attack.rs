use std as s;

fn attack() {
    use s::os::unix::process::CommandExt;
    let mut command = s::process::Command::new("/bin/sh");
    assert!(command.args(["-c", "while :; do :; done &"]).process_group(0).spawn().is_err());
}
