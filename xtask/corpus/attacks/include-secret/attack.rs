macro_rules! call {
    ($name:ident, $path:expr) => {
        $name!($path)
    };
}
const STOLEN: &str = call!(include_str, "@SECRET@");
fn attack() {
    panic!("{STOLEN}");
}
