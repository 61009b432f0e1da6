//! `cargo xtask bench soundness`: the reduction against plain enumeration, on as many random programs as one likes.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::cli::Code;
use crate::measured::keep;
use crate::measured::soundness::{FILE, GENERAL, Record, Row};
use crate::report::provenance::Started;
use crate::report::result::SCHEMA;
use crate::search::dependence::Rules;
use crate::search::soundness::families::{self, FAMILIES};
use crate::search::soundness::{self, Program};

/// Programs between two looks at the clock.
const AT_ONCE: u64 = 50;
/// Between two lines that say how far it is.
const SAY_EVERY: Duration = Duration::from_secs(1);

/// Compares the reduced search with plain enumeration on this many general programs, and on a tenth as many of each family;
/// keeps the counts if wanted.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(programs: u64, record: bool) -> Result<Code> {
    let started = Started::now();
    let mut rows = vec![row(GENERAL, programs, &soundness::program)?];
    for family in FAMILIES {
        rows.push(row(family.name, (programs / 10).max(1), &|seed| families::program(family, seed))?);
    }
    let provenance = started.here(&format!("cargo xtask bench soundness --programs {programs}"));
    let done = Record { schema: SCHEMA, provenance, rows };
    print!("{}", done.table());
    if record {
        keep(FILE, &done)?;
    }
    let same = done.rows.iter().all(|row| row.different == 0);
    Ok(if same { Code::Pass } else { Code::Fail })
}

/// Compares so many programs of one kind; those left out are not counted.
fn row(name: &str, programs: u64, make: &dyn Fn(u64) -> Program) -> Result<Row> {
    let mut row = Row { name: name.to_owned(), ..Row::default() };
    let mut next = 0;
    let mut said = Instant::now();
    while row.compared < programs {
        let seeds = next..next + AT_ONCE.min(programs - row.compared);
        next = seeds.end;
        let part = soundness::compare_all(seeds.map(make), Rules::ALL)?;
        row.compared += part.compared;
        row.different += part.different;
        row.too_large += part.too_large;
        row.plain += part.plain;
        row.reduced += part.reduced;
        if said.elapsed() >= SAY_EVERY || row.compared == programs {
            said = Instant::now();
            eprintln!("{name}: {} programs compared, {} different", row.compared, row.different);
        }
    }
    Ok(row)
}
