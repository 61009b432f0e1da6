macro_rules! call {
    ($name:ident, $path:expr) => {
        $name! { $path }
    };
}
mod stolen {
    call!(include, "@SOLUTION@");
}
