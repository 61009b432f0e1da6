//! `cargo xtask experiment`: one of the lecture's experiments, measured here: a table, a document, a plot.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::cli::workbench::Experiment as Options;
use crate::cli::{Code, usage};
use crate::experiment::{self, Experiment, Settings, observe, report};
use crate::submit::{package, workspace};

/// The package with what is measured.
const PROGRAM: &str = "experiments";
/// By what `--quick` divides the sizes.
const QUICK: u64 = 50;
/// Loops that the calibration times.
const LOOPS: u64 = 1_000_000;
/// No progress is shown before this, and none twice within it.
const QUIET: Duration = Duration::from_secs(1);

/// Runs an experiment and shows it.
///
/// # Errors
/// When the name or the file is wrong, or something of ours fails.
pub fn run(options: &Options) -> Result<Code> {
    let experiment = experiment::find(&options.name).map_err(usage)?;
    let folder = options.svg.as_ref().and_then(|file| file.parent()).filter(|f| !f.as_os_str().is_empty());
    if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
        return Err(usage(format!("--svg: there is no folder {}", missing.display())));
    }
    eprintln!("{}: {}", experiment.name, experiment.title);
    if !workspace::target()?.join("lab").join(PROGRAM).exists() {
        eprintln!("building what is measured; this takes a while, once");
    }
    let program = package::program(PROGRAM, package::LAB)?;
    let shrink = if options.quick { QUICK } else { 1 };
    let settings = Settings {
        workers: options.workers.unwrap_or(experiment.workers),
        rounds: options.rounds as usize,
        shrink,
        loop_ns: observe::loop_ns(&program, LOOPS / shrink)?,
    };
    let observed = observe::all(&program, &(experiment.plan)(&settings), settings.rounds, &mut progress())?;
    let found = (experiment.judge)(&settings, &observed).map_err(anyhow::Error::msg)?;
    let words = report::words(&settings, &observed, &found).join("\n");
    let text = format!("{}{words}\n", report::table(&found));
    let document = serde_json::to_string_pretty(&report::document(experiment, &settings, &observed, &found))?;
    if options.json {
        eprint!("{text}");
        println!("{document}");
    } else {
        print!("{text}");
    }
    keep(experiment, options, &document, &report::svg(&settings, &observed, &found))?;
    Ok(Code::Pass)
}

/// Says how far it is, on standard error: over and over on a terminal, now and then elsewhere.
fn progress() -> impl FnMut(usize, usize) {
    let started = Instant::now();
    let mut said = started;
    move |done, all| {
        let terminal = std::io::stderr().is_terminal();
        if said.elapsed() < if terminal { QUIET / 5 } else { QUIET * 10 } || started.elapsed() < QUIET {
            return;
        }
        said = Instant::now();
        let left = started.elapsed().as_secs_f64() / done as f64 * (all - done) as f64;
        let (begin, end) = if terminal { ("\r\x1b[K", "") } else { ("", "\n") };
        eprint!("{begin}{done} of {all} samples, about {left:.0} s to go{end}");
        if terminal && done == all {
            eprint!("\r\x1b[K");
        }
        // Progress that cannot be shown is no reason to stop.
        let _ = std::io::stderr().flush();
    }
}

/// Keeps document and plot below `target/labs`, and the plot where it was asked for.
fn keep(experiment: &Experiment, options: &Options, document: &str, svg: &str) -> Result<()> {
    let folder = workspace::labs_folder("experiments")?;
    let file = |ending: &str| folder.join(format!("{}.{ending}", experiment.name));
    write(&file("json"), document)?;
    write(&file("svg"), svg)?;
    if let Some(path) = &options.svg {
        write(path, svg)?;
    }
    eprintln!("Samples: {}", file("json").display());
    eprintln!("Plot: {}", options.svg.clone().unwrap_or_else(|| file("svg")).display());
    Ok(())
}

/// A reader sees the old file or the new one, never half of one.
fn write(path: &Path, text: &str) -> Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(format!(".{}.new", std::process::id()));
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::rename(&fresh, path))
        .with_context(|| format!("writing {}", path.display()))
}
