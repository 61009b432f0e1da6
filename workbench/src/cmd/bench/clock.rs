//! `cargo xtask bench clock`: how good a model of the wall clock is the virtual one? Programs whose makespans differ, both ways.

use anyhow::{Context, Result};
use shared::sys::hermetic::mix;

use crate::cli::Code;
use crate::cmd::Source;
use crate::labs::{FREE_WORKERS, lab3};
use crate::prices::judge::quantile;
use crate::submit::{compile, reference, workspace};
use crate::timing::gate::BUSY;
use crate::timing::{model, pairs};

const SEED: u64 = 7;
/// Programs of lab 3's corpus: right ones in other shapes, and wrong ones that only cost time.
const PROGRAMS: [&str; 8] = [
    "right/chunks",
    "right/hash-order",
    "right/find-then-claim",
    "right/locked-reader",
    "wrong/lock-held-per-candidate",
    "wrong/lock-held-per-interval",
    "wrong/lock-held-whole-search",
    "wrong/locked-look",
];

/// Shows both ratios of each program to the reference, and theirs.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(wanted: u32) -> Result<Code> {
    let lab = &lab3::LAB;
    let toolkit = compile::toolkit()?;
    let reference = reference::program(lab, &toolkit)?;
    let scenario = (lab.free)(SEED, FREE_WORKERS);
    let layout = (lab.layout)(&scenario.header);
    println!("{:<32}{:>9}{:>8}{:>15}{:>8}{:>7}", "program", "virtual", "wall", "wall/virtual", "pairs", "busy");
    for name in PROGRAMS {
        let path = workspace::root().join("xtask/corpus/lab3").join(name);
        let source = Source { path: Some(path), ..Source::default() };
        let program = source.compile(lab, &toolkit)?.with_context(|| format!("{name} does not compile"))?;
        let modelled = model::virtual_ratio(lab, &program.binary, &reference, SEED)?;
        let modelled = modelled.with_context(|| format!("{name} does not end on the virtual clock"))?;
        let (mut ratios, mut busy) = (Vec::new(), 0);
        for at in 0..wanted {
            let first = mix(SEED ^ u64::from(at) << 8) & 1 == 0;
            let pair = pairs::pair((&program.binary, &scenario), (&reference, &scenario), &layout, first)?;
            let times = pair.map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
            busy += u32::from(times.foreign > BUSY);
            ratios.push(times.ratio());
        }
        let wall = quantile(&ratios, 0.5).context("at least one pair")?;
        println!("{name:<32}{modelled:>9.2}{wall:>8.2}{:>15.2}{:>8}{busy:>7}", wall / modelled, ratios.len());
    }
    println!("Each over the reference: makespans on the virtual clock, medians of pairs on this machine's processors.");
    Ok(Code::Pass)
}
