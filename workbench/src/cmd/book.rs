//! `cargo xtask book`: renders the book's figures, numbers and pages from the records; measures them here when asked to.

mod measure;

use anyhow::{Context, Result};

use crate::book::{self, graph};
use crate::cli::Code;
use crate::cli::workbench::Book as Options;
use crate::report::data;
use crate::submit::workspace;

/// Renders.
///
/// # Errors
/// When a record or a chapter is broken, or something of ours fails.
pub fn run(options: &Options) -> Result<Code> {
    let missing = if options.measure { measure::all()? } else { Vec::new() };
    if options.graphs {
        graphs()?;
    }
    let code = render(options.check)?;
    for what in &missing {
        eprintln!("not recorded, and shown as it was: {what}");
    }
    Ok(if missing.is_empty() { code } else { Code::Ours })
}

/// Explores the graphs of states again.
fn graphs() -> Result<()> {
    for wanted in graph::WANTED {
        let graph = graph::export(wanted)?;
        data::write(&data::file(&format!("graph-{}.json", wanted.name)), &serde_json::to_string(&graph)?)?;
    }
    Ok(())
}

fn render(check: bool) -> Result<Code> {
    let rendered = book::render(&workspace::root().join("docs"))?;
    let stale = book::out_of_date(&rendered);
    if check {
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
