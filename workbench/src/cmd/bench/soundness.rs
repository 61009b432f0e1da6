//! `cargo xtask bench soundness`: the reduction against plain enumeration, on as many random programs as one likes.

use std::time::Instant;

use anyhow::Result;

use crate::cli::Code;
use crate::search::dependence::Rules;
use crate::search::soundness;

/// Compares the reduced search with plain enumeration on this many random programs.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(programs: u64) -> Result<Code> {
    let started = Instant::now();
    let mut next = 0;
    let mut all = soundness::Totals::default();
    while all.compared < programs {
        let part = soundness::compare_many(next..next + 500, Rules::ALL)?;
        next += 500;
        all.compared += part.compared;
        all.different += part.different;
        all.too_large += part.too_large;
        all.plain += part.plain;
        all.reduced += part.reduced;
        eprintln!("{} programs compared, {} different", all.compared, all.different);
    }
    println!("programs compared {}, with different outcomes {}", all.compared, all.different);
    println!("left out, too large for plain enumeration: {}", all.too_large);
    println!("executions: plain {}, reduced {}, {:.1} s", all.plain, all.reduced, started.elapsed().as_secs_f64());
    Ok(if all.different == 0 { Code::Pass } else { Code::Fail })
}
