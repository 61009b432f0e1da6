//! What a look at a flag costs in a search loop: with and without it, in turn, in one process.

use std::hint::black_box;
use std::io::Write;

use shared::raw::RawValue;
use shared::sys::hermetic::mix;
use shared::sys::monotonic_ns;

use crate::span::Span;

/// Iterations of a loop, and how often each is run.
const ITERATIONS: u64 = 400_000;
const TURNS: u64 = 21;

/// Prints the times of both loops, turn after turn: `turn WITH WITHOUT`, nanoseconds.
pub fn in_turn(flag: &RawValue<u64>) -> Span {
    let time = |run: &dyn Fn() -> u64| {
        let started = monotonic_ns();
        black_box(run());
        monotonic_ns() - started
    };
    let mut text = String::new();
    let span = Span::of(TURNS, |turn| {
        let (mut look, mut none) = (0, 0);
        for half in 0..2 {
            if (turn + half).is_multiple_of(2) {
                look = time(&|| with(flag, turn));
            } else {
                none = time(&|| without(turn));
            }
        }
        text += &format!("turn {look} {none}\n");
    });
    std::io::stdout().write_all(text.as_bytes()).expect("the runner reads what we print");
    span
}

#[inline(never)]
fn without(seed: u64) -> u64 {
    let mut x = seed;
    for _ in 0..ITERATIONS {
        x = black_box(mix(x));
    }
    x
}

#[inline(never)]
fn with(flag: &RawValue<u64>, seed: u64) -> u64 {
    let mut x = seed;
    for _ in 0..ITERATIONS {
        if flag.get() != 0 {
            return 0;
        }
        x = black_box(mix(x));
    }
    x
}
