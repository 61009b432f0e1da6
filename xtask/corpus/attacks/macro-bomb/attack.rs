macro_rules! bomb {
    ($($t:tt)*) => {
        bomb!($($t)* $($t)*)
    };
}
fn attack() {
    bomb!(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 16);
}
