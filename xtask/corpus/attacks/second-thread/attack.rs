use std as s;

pub fn claim_locked(b: &Board, find: Find) -> Claim {
    s::thread::scope(|scope| {
        scope.spawn(|| {
            b.stop.raw().set(find.round);
        });
    });
    Claim::Won
}
