//! The same tasks by threads of one process, with rayon and with a crossbeam channel.

use rayon::prelude::*;
use shared::sys::monotonic_ns;

use crate::board::{ROOM, Size};
use crate::tasks::{tell, work};

/// rayon's parallel iterator over the tasks, in a pool of as many threads as workers.
///
/// # Errors
/// When the threads cannot be started.
pub fn rayon(size: &Size) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(size.workers as usize).build();
    let pool = pool.map_err(|error| format!("rayon: {error}"))?;
    pool.install(|| {
        // The threads are there before the clock runs, as processes are.
        rayon::broadcast(|_| ());
        let start = monotonic_ns();
        let results = (0..size.tasks).into_par_iter().map(|task| work(task, size.work));
        tell(start, results.reduce(|| 0, u64::wrapping_add));
    });
    Ok(())
}

/// A bounded crossbeam channel: the first thread sends all tasks, everyone receives.
pub fn channel(size: &Size) {
    let (sender, receiver) = crossbeam::channel::bounded::<u64>(ROOM);
    let gate = std::sync::Barrier::new(size.workers as usize);
    std::thread::scope(|scope| {
        let mut sender = Some(sender);
        for _ in 0..size.workers {
            let (gate, receiver, sender) = (&gate, receiver.clone(), sender.take());
            scope.spawn(move || {
                gate.wait();
                let start = monotonic_ns();
                if let Some(sender) = sender {
                    (0..size.tasks).for_each(|task| sender.send(task).expect("this thread receives later"));
                }
                tell(start, receiver.iter().fold(0, |sum: u64, task| sum.wrapping_add(work(task, size.work))));
            });
        }
    });
}
