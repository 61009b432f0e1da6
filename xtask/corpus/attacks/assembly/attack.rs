use std as s;

macro_rules! call {
    ($name:ident) => {
        s::arch::$name!(".globl owned", "owned: ret")
    };
}
call!(global_asm);
