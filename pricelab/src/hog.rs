//! Programs that are in the way: the load under which a verdict must still be right.

use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

use shared::sys;
use shared::sys::hermetic::mix;

/// How long a burst and the pause after it are at most; their means are half of that.
const BURST: Duration = Duration::from_millis(600);
const PAUSE: Duration = Duration::from_millis(1_200);

/// Spins until its parent `parent` ends; in bursts, if wanted, of random length.
pub fn run(parent: u32, bursts: bool) -> ! {
    sys::die_with_parent(parent);
    let mut random = u64::from(std::process::id());
    let mut share = || {
        random = mix(random);
        (random % 1_000) as f64 / 1_000.0
    };
    loop {
        let spin = if bursts { BURST.mul_f64(share()) } else { BURST };
        let started = Instant::now();
        while started.elapsed() < spin {
            (0..10_000).for_each(|i| {
                black_box(mix(i));
            });
        }
        if bursts {
            sleep(PAUSE.mul_f64(share()));
        }
    }
}
