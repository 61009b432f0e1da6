use std as s;

fn attack() {
    shared::sys::kill_process(s::os::unix::process::parent_id());
    shared::sys::kill_process(@VICTIM@);
}
