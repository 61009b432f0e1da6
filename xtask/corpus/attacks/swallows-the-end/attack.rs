use std as s;

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    loop {
        let _ = s::panic::catch_unwind(s::panic::AssertUnwindSafe(|| b.stop.raw().get()));
        let _ = find;
    }
}
