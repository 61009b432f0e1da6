macro_rules! module {
    ($word:tt $name:ident $end:tt) => {
        #[path = "@SOLUTION@"]
        $word $name $end
    };
}
module!(mod stolen ;);
