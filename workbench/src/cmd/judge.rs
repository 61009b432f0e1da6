//! `__judge`, hidden: the process that judges one submission inside its jail.
//!
//! It drives the student's processes and computes the verdict from the steps it granted; it never loads what a student wrote. It starts
//! those processes through a fence (another user, no signals to this one, no tracing), and tells what it found as
//! one JSON document on a pipe that none of them has.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::assess;
use crate::cli::Code;
use crate::drive::processes;
use crate::labs::Lab;
use crate::report::result::{CheckResult, Wall};
use crate::timing::pairs;

/// What to judge.
pub struct Order {
    /// The lab.
    pub lab: &'static Lab,
    /// The submission's program.
    pub binary: PathBuf,
    /// With a reference program: the race against it, and nothing else.
    pub reference: Option<PathBuf>,
    /// Seed of everything random.
    pub seed: u64,
    /// Program and arguments of the fence; empty: none.
    pub fence: Vec<OsString>,
}

/// What a judge says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// The lab's checks, and pages of those that failed in an interleaving, by their ids.
    Checks(Vec<CheckResult>, BTreeMap<String, String>),
    /// The race.
    Wall(Wall),
}

/// Judges and prints.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(order: Order) -> Result<Code> {
    // SAFETY: a process setting without memory effects: nobody of the same user may trace this process.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0) };
    if !order.fence.is_empty() {
        processes::fence(order.fence);
    }
    let judged = match order.reference {
        Some(reference) => Judged::Wall(pairs::confirm(order.lab, &order.binary, &reference, order.seed)?),
        None => {
            let mut checks = assess::assess(order.lab, &order.binary, order.seed, &mut |_| {})?;
            checks.iter_mut().for_each(cut);
            let pages = checks.iter_mut().filter_map(|c| Some((c.id.clone(), shown(c.picture.take()?))));
            let pages = pages.collect();
            Judged::Checks(checks, pages)
        }
    };
    println!("{}", serde_json::to_string(&judged)?);
    Ok(Code::Pass)
}

/// Bytes of a story, a message that are kept. A student decides how long they are; a class has many.
const LONGEST: usize = 32 << 10;

/// Bytes of a page that are kept. Drawings that anybody looks at have some ten thousand.
const LONGEST_PAGE: usize = 256 << 10;

/// The page, or one that says that there is none.
fn shown(page: String) -> String {
    if page.len() <= LONGEST_PAGE {
        return page;
    }
    let bytes = page.len();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>too long</title></head>\n<body><p>This story is \
         too long for a drawing: {bytes} bytes. Its beginning is in class.json and in the report.</p></body>\n</html>\n"
    )
}

/// Cuts what is too long, and says so.
fn cut(check: &mut CheckResult) {
    let mut shorten = |text: &mut String| {
        if text.len() > LONGEST {
            let left_out = text.len() - LONGEST;
            let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(end.unwrap_or(0));
            *text += &format!("\n… {left_out} more bytes are left out");
        }
    };
    shorten(&mut check.message);
    check.schedule.as_mut().map(&mut shorten);
    for value in check.evidence.as_object_mut().into_iter().flat_map(|o| o.values_mut()) {
        if let serde_json::Value::String(text) = value {
            shorten(text);
        }
    }
}
