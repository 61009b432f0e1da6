//! Where the time goes on the virtual clock: who waits for what, in a sentence.

use shared::baton::NO_OBJECT;
use shared::region::Layout;

use super::words;
use crate::search::clock::{Timed, Wait};

/// Who waits longest for one thing: worker, object, virtual nanoseconds. `None` when nobody waits.
pub fn longest(waits: &[Wait]) -> Option<Wait> {
    let mut sums: Vec<Wait> = Vec::new();
    for wait in waits {
        match sums.iter_mut().find(|sum| (sum.worker, sum.object) == (wait.worker, wait.object)) {
            Some(sum) => sum.ns += wait.ns,
            None => sums.push(*wait),
        }
    }
    // Of equal ones the first: the sentence must be the same on every machine.
    sums.into_iter().reduce(|most, next| if next.ns > most.ns { next } else { most })
}

/// "62 % of w3's time is waiting for `answers`"; `None` when it is less than a hundredth.
pub fn sentence(layout: &Layout, timed: &Timed) -> Option<String> {
    let wait = longest(&timed.waits)?;
    let share = 100.0 * wait.ns as f64 / timed.makespan.max(1) as f64;
    let what = match wait.object {
        NO_OBJECT => "others to end".to_owned(),
        object => words::object(layout, object),
    };
    (share >= 1.0).then(|| format!("{share:.0} % of {}'s time is waiting for {what}", words::worker(wait.worker)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(worker: usize, object: u32, ns: u64) -> Wait {
        Wait { worker, object, ns }
    }

    #[test]
    fn waits_for_one_thing_add_up() {
        assert_eq!(longest(&[]), None);
        assert_eq!(longest(&[wait(0, 1, 50), wait(1, 1, 40), wait(1, 1, 20)]), Some(wait(1, 1, 60)));
        assert_eq!(
            longest(&[wait(0, 1, 50), wait(0, 2, 30), wait(1, 2, 50)]),
            Some(wait(0, 1, 50)),
            "the first of equals"
        );
    }
}
