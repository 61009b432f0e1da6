//! Example 27.2: identical prime counting by all workers, and a look at a flag every so many candidates.

use std::hint::black_box;

use shared::sys::monotonic_ns;

use crate::board::{Board, print};

/// Candidates lie below this: it keeps them cheap, and so a look dear.
const BELOW: u32 = 20_000;

/// Whether a number is prime, by trial division.
fn is_prime(n: u32) -> bool {
    !n.is_multiple_of(2) && (3..).step_by(2).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

/// Whether candidate number `n` of a worker is prime: the iteration of the loop, the same for all workers.
pub fn candidate(n: u64) -> bool {
    black_box(is_prime(3 + (n % u64::from(BELOW)) as u32))
}

/// Counts the primes among the worker's candidates and looks whether to stop every so many of them. Nobody raises the
/// flag: the looks are all that differs.
pub fn run(b: &Board, _me: u64, mut stopped: impl FnMut(&Board) -> bool) {
    b.gate.wait();
    let start = monotonic_ns();
    let (mut primes, mut looks, mut left) = (0, 0, b.size.every);
    for n in 0..b.size.items {
        primes += u64::from(candidate(n));
        left -= 1;
        if left == 0 {
            left = b.size.every;
            looks += 1;
            if stopped(b) {
                break;
            }
        }
    }
    print(&[("start", start), ("end", monotonic_ns()), ("primes", primes), ("looks", looks)]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn primes_are_prime() {
        let primes: Vec<u32> = (3..30).filter(|n| super::is_prime(*n)).collect();
        assert_eq!(primes, [3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }
}
