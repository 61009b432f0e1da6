//! `cargo xtask book`: renders the book's figures, numbers and pages from the records; measures them here when asked to.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::book::{self, graph};
use crate::cli::Code;
use crate::cli::workbench::Book as Options;
use crate::prices::observe;
use crate::report::data;
use crate::submit::workspace;

/// Renders.
///
/// # Errors
/// When a record or a chapter is broken, or something of ours fails.
pub fn run(options: &Options) -> Result<Code> {
    if options.measure {
        measure()?;
    }
    if options.measure && !workspace::root().join("xtask/corpus").is_dir() {
        eprintln!("the graphs of states stay as they are: this copy of the project has no corpus to explore");
    } else if options.measure || options.graphs {
        for wanted in graph::WANTED {
            let graph = graph::export(wanted)?;
            data::write(&data::file(&format!("graph-{}.json", wanted.name)), &serde_json::to_string(&graph)?)?;
        }
    }
    let rendered = book::render(&workspace::root().join("docs"))?;
    let stale = book::out_of_date(&rendered);
    if options.check {
        for path in &stale {
            eprintln!("out of date: {}", path.display());
        }
        if !stale.is_empty() {
            eprintln!("`cargo xtask book` renders them from docs/data.");
            return Ok(Code::Fail);
        }
        println!("The book's {} files are what its records say.", rendered.len());
        return Ok(Code::Pass);
    }
    for file in rendered.iter().filter(|r| stale.contains(&r.path.as_path())) {
        let folder = file.path.parent().context("a file lies in a folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        std::fs::write(&file.path, &file.text).with_context(|| format!("writing {}", file.path.display()))?;
        println!("rendered {}", file.path.display());
    }
    println!("The book begins with docs/src/README.md; `mdbook build docs` makes pages of it.");
    Ok(Code::Pass)
}

/// Records prices and experiments in `docs/data`, one after the other: they would disturb each other.
fn measure() -> Result<()> {
    let python = observe::python_version().is_some();
    if !python {
        eprintln!("python3 is not here: Python's prices are not measured, and the book will say so");
    }
    let prices = if python { vec!["prices", "--python", "--json"] } else { vec!["prices", "--json"] };
    record("prices.json", &prices)?;
    for name in book::EXPERIMENTS {
        record(&format!("experiment-{name}.json"), &["experiment", name, "--json"])?;
    }
    Ok(())
}

/// Keeps what one of our own commands prints.
fn record(file: &str, arguments: &[&str]) -> Result<()> {
    let me = std::env::current_exe().context("finding the runner's own program")?;
    let output = Command::new(me).args(arguments).stderr(std::process::Stdio::inherit()).output();
    let output = output.with_context(|| format!("starting `cargo xtask {}`", arguments.join(" ")))?;
    if !output.status.success() {
        bail!("`cargo xtask {}` failed; docs/data/{file} is as it was", arguments.join(" "));
    }
    // Without the blanks between its parts a document is half as long.
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).context("its document")?;
    data::write(&data::file(file), &document.to_string())
}
