//! What a look at a flag costs: the same search loop with and without a relaxed load of a toolkit flag in every iteration.
//!
//! `cargo bench --package shared --bench flag`. Both loops run in one process, in turn; the ratio of a round is of
//! neighbours in time, and the median of the ratios is printed with its spread.

use std::hint::black_box;
use std::time::Instant;

use shared::raw::RawValue;
use shared::region::{Cursor, Kind, Layout, Region};
use shared::sys::hermetic::mix;

const ITERATIONS: u64 = 4_000_000;
const ROUNDS: usize = 41;

#[inline(never)]
fn without(seed: u64) -> u64 {
    let mut x = seed;
    for _ in 0..ITERATIONS {
        x = black_box(mix(x));
    }
    x
}

#[inline(never)]
fn with(flag: &RawValue<u32>, seed: u64) -> u64 {
    let mut x = seed;
    for _ in 0..ITERATIONS {
        if flag.get() != 0 {
            return 0;
        }
        x = black_box(mix(x));
    }
    x
}

fn main() {
    let mut layout = Layout::default();
    layout.add("stop", Kind::Cell { init: 0 });
    let (_file, region) = Region::create("bench", layout.bytes().next_multiple_of(4096)).expect("shared memory");
    let flag: RawValue<u32> = RawValue::take(&mut Cursor::new(Box::leak(Box::new(region)), &layout));
    let time = |run: &dyn Fn() -> u64| {
        let started = Instant::now();
        black_box(run());
        started.elapsed().as_nanos() as f64 / ITERATIONS as f64
    };
    let mut rounds: Vec<(f64, f64)> = Vec::new();
    for round in 0..ROUNDS {
        let (mut a, mut b) = (0.0, 0.0);
        for turn in 0..2 {
            if (round + turn) % 2 == 0 {
                a = time(&|| with(&flag, round as u64));
            } else {
                b = time(&|| without(round as u64));
            }
        }
        rounds.push((a, b));
    }
    let sorted = |f: &dyn Fn(&(f64, f64)) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(f).collect();
        all.sort_by(f64::total_cmp);
        (all[0], all[ROUNDS / 2], all[ROUNDS - 1])
    };
    let (low, ratio, high) = sorted(&|(a, b)| a / b);
    println!("with a look {:.2} ns, without {:.2} ns an iteration", sorted(&|r| r.0).1, sorted(&|r| r.1).1);
    println!("ratio, median of {ROUNDS} rounds: {ratio:.3} (from {low:.3} to {high:.3})");
}
