//! `cargo xtask bench soundness`: the reduction against plain enumeration, on as many random programs as one likes.

use anyhow::Result;

use crate::cli::Code;
use crate::measured::keep;
use crate::measured::soundness::{FILE, Record};
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::search::dependence::Rules;
use crate::search::soundness;

/// Compares the reduced search with plain enumeration on this many random programs; keeps the counts if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(programs: u64, record: bool) -> Result<Code> {
    let started = Started::now();
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
    let provenance = started.here(&format!("cargo xtask bench soundness --programs {programs}"));
    let soundness::Totals { compared, different, too_large, plain, reduced } = all;
    let done = Record { schema: SCHEMA, provenance, compared, different, too_large, plain, reduced };
    print!("{}", done.table());
    if record {
        keep(FILE, &done)?;
    }
    Ok(if different == 0 { Code::Pass } else { Code::Fail })
}
