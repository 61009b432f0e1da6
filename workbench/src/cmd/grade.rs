//! `cargo xtask grade`: a class of submissions that nobody trusts.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::check;
use crate::cli::workbench::Grade;
use crate::cli::{Code, usage};
use crate::grade::class::{self, Entry};
use crate::grade::jail::Jail;
use crate::grade::key;
use crate::grade::level;
use crate::grade::one::Grader;
use crate::grade::queue::{self, Plan};
use crate::grade::room::{Caps, JUDGE, Level};
use crate::grade::store::Store;
use crate::labs::Lab;
use crate::report::class as report;
use crate::report::machine;
use crate::submit::{compile, workspace};

/// What to grade and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of submissions.
    pub class: PathBuf,
    /// The folder of results.
    pub out: PathBuf,
    /// Submissions at a time; none: as many as processors.
    pub jobs: Option<usize>,
    /// Only each n-th submission, from the i-th on (from 1); no tables.
    pub shard: Option<(usize, usize)>,
    /// Grade nothing, write the tables from what is there.
    pub merge: bool,
    /// Which levels are good enough, best first.
    pub levels: Vec<Level>,
    /// Processor seconds that judging a submission may take.
    pub judge_seconds: u32,
    /// Leave out the race.
    pub no_timing: bool,
    /// Seed of everything random; none: the class's own.
    pub seed: Option<u64>,
    /// The class's document on standard output.
    pub json: bool,
    /// Documents for these services, too.
    pub also: Vec<report::Service>,
}

/// What the command line asks for.
///
/// # Errors
/// When there is no class.
pub fn options(asked: Grade) -> Result<Options> {
    if !asked.class.is_dir() {
        return Err(usage(format!("{}: there is no such folder", asked.class.display())));
    }
    let levels = match (asked.unsandboxed, asked.sandbox.as_deref()) {
        (true, _) => vec![Level::None],
        (_, Some("L2")) => vec![Level::L2],
        (_, Some(_)) => vec![Level::L1],
        (_, None) => vec![Level::L2, Level::L1],
    };
    Ok(Options {
        class: asked.class,
        out: asked.out,
        jobs: asked.jobs.map(usize::from),
        shard: asked.shard,
        merge: asked.merge,
        levels,
        judge_seconds: asked.judge_seconds,
        no_timing: asked.no_timing,
        seed: asked.seed,
        json: asked.json,
        also: asked.also,
    })
}

/// Grades a class.
///
/// # Errors
/// Only when something of ours fails; a submission's failure is a row.
pub fn run(lab: &'static Lab, options: &Options) -> Result<Code> {
    let entries = mine(class::list(&options.class)?, options.shard);
    if entries.is_empty() && options.shard.is_none() {
        return Err(usage(format!("{} holds no submissions: one folder or archive each", options.class.display())));
    }
    std::fs::create_dir_all(&options.out).with_context(|| format!("making {}", options.out.display()))?;
    let grader = prepare(lab, options)?;
    let jobs = options.jobs.unwrap_or_else(|| (crate::timing::gate::usable_cpus() as usize).max(1));
    let store = Store::open(&options.out.join("results"))?;
    let unasked = match options.no_timing {
        true => "left out with --no-timing",
        false => "speed is asked once everything is right",
    };
    let out = options.out.clone();
    let plan = Plan { grader: &grader, store, out, jobs, only_known: options.merge, unasked };
    let mut rows = queue::explore(&plan, &entries);
    if !options.no_timing {
        let timing = Store::open(&options.out.join("timing"))?;
        queue::races(&plan, &timing, &entries, &mut rows)?;
    }
    let missing = rows.iter().filter(|r| r.graded.is_err()).count();
    if options.shard.is_none() {
        let documents = report::documents(&grader, rows);
        report::write(&options.out, &grader, &documents, &options.also)?;
        report::tell(&options.out, &documents);
        if options.json {
            println!("{}", serde_json::to_string_pretty(&report::class(&grader, &documents)?)?);
        }
    }
    if missing > 0 {
        eprintln!("{missing} submissions have no result for a reason of ours; grade again to try again");
        return Ok(Code::Ours);
    }
    Ok(Code::Pass)
}

/// The shard's share: neighbours go to different shards, so that shards take the same time.
fn mine(entries: Vec<Entry>, shard: Option<(usize, usize)>) -> Vec<Entry> {
    let Some((shard, of)) = shard else { return entries };
    entries.into_iter().skip(shard - 1).step_by(of).collect()
}

fn prepare(lab: &'static Lab, options: &Options) -> Result<Grader> {
    let jail = jail(options)?;
    let toolkit = compile::toolkit()?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let ask = |arguments: &[&str]| -> Result<String> {
        let output = Command::new(&rustc).args(arguments).output().context("starting rustc")?;
        if !output.status.success() {
            bail!("rustc {} failed", arguments.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let seed = seed(options)?;
    let flags = [seed.to_string(), jail.level.to_string(), options.judge_seconds.to_string()];
    let judging = Caps { cpu_ms: u64::from(options.judge_seconds) * 1000, ..JUDGE };
    let common = key::common(&workspace::root(), lab.name, &ask(&["-vV"])?, &flags)?;
    let machine = machine::describe();
    Ok(Grader { lab, jail, toolkit, sysroot: ask(&["--print", "sysroot"])?.into(), seed, machine, common, judging })
}

fn jail(options: &Options) -> Result<Jail> {
    if options.levels == [Level::None] {
        eprintln!("no jail: submissions run with all your rights");
        return Ok(Jail { level: Level::None, program: level::program()? });
    }
    let (jail, tried) = level::choose(&options.levels)?;
    for one in &tried {
        match one.problem.is_empty() {
            true => eprintln!("jail {}: the canary's {} attempts to escape were held", one.level, one.held.len()),
            false => eprintln!("jail {} does not hold here: {}", one.level, one.problem),
        }
    }
    if jail.level == Level::L1 {
        eprintln!(
            "jail L1: submissions see this machine's processes and clocks; docs/src/grading.md says what else it does not stop"
        );
    }
    Ok(jail)
}

/// The class's seed: drawn once, after everything was handed in, so that nobody can have written answers for it.
fn seed(options: &Options) -> Result<u64> {
    if let Some(seed) = options.seed {
        return Ok(seed);
    }
    let path = options.out.join("seed");
    if !path.exists() {
        let mut bytes = [0; 4];
        std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes).context("drawing a seed")?;
        let drawn = u32::from_le_bytes(bytes);
        // Several shards may do this at once: the first one's seed counts.
        let fresh = options.out.join(format!(".seed.{}", std::process::id()));
        std::fs::write(&fresh, format!("{drawn}\n"))?;
        let _ = std::fs::hard_link(&fresh, &path);
        std::fs::remove_file(&fresh)?;
    }
    read_seed(&path)
}

fn read_seed(path: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.trim().parse().with_context(|| format!("{} holds no seed", path.display()))
}

/// The options of the `check` that would judge the same way.
pub fn as_check(grader: &Grader) -> check::Options {
    check::Options { seed: grader.seed, no_timing: true, ..check::Options::default() }
}
