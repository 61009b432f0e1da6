macro_rules! call {
    ($name:ident, $what:expr) => {
        $name!($what)
    };
}
const STOLEN: Option<&str> = call!(option_env, "LABS_CANARY_SECRET");
fn attack() {
    assert!(STOLEN.is_none() && call!(option_env, "HOME").is_none());
}
