//! The book: its figures, measured numbers and explorables, rendered from the records in `docs/data`.
//!
//! [`records`] reads, [`marks`] and [`measured`] fill numbers into Markdown, [`pages`] fills the records into the explorables,
//! [`commands`] collects what readers are told to type. Nothing here measures: the same records give the same text on every machine, and a test
//! compares.

pub mod commands;
pub mod graph;
pub mod marks;
pub mod measured;
pub mod pages;
pub mod records;
pub mod story;
pub mod tariff;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use records::Records;

/// The book's experiments: each has a record and a figure.
pub const EXPERIMENTS: &[&str] = &["check-interval", "fraud", "crossover", "slowdown", "spectrum"];

/// A file as it should be.
#[derive(Debug)]
pub struct Rendered {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// Texts beside the book that show measured numbers, too: the labs' own pages, and what they are generated from. A handout
/// lacks the second.
const PAGES: [&str; 2] = ["labs", "solutions"];

/// Every rendered file: of the book below the folder `docs` figures, chapters, explorables and the price list; beside that
/// folder the labs' own pages.
///
/// # Errors
/// When a record is missing or broken, or a chapter asks for what is not there; the error names the file.
pub fn render(docs: &Path) -> Result<Vec<Rendered>> {
    let records = Records::read(&docs.join("data"))?;
    let source = docs.join("src");
    let mut all = vec![Rendered { path: docs.join("data/prices.txt"), text: records.price_list() }];
    for (name, svg) in records.figures()? {
        all.push(Rendered { path: source.join("figures").join(format!("{name}.svg")), text: svg });
    }
    for path in [files(&source, "md")?, lab_pages(docs)?].concat() {
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let text = marks::fill(&text, &records).with_context(|| path.display().to_string())?;
        all.push(Rendered { path, text });
    }
    for path in files(&source.join("explore"), "html")? {
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let text = pages::fill(&path, &text, &records).with_context(|| path.display().to_string())?;
        all.push(Rendered { path, text });
    }
    Ok(all)
}

/// The files that are not what they should be.
pub fn out_of_date(rendered: &[Rendered]) -> Vec<&Path> {
    let differs = |r: &&Rendered| std::fs::read_to_string(&r.path).ok().as_deref() != Some(&r.text);
    rendered.iter().filter(differs).map(|r| r.path.as_path()).collect()
}

fn lab_pages(docs: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for folder in PAGES.map(|name| docs.with_file_name(name)).iter().filter(|folder| folder.is_dir()) {
        let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
        let pages = entries.map(|entry| Ok(entry?.path().join("README.md"))).collect::<Result<Vec<_>>>()?;
        all.extend(pages.into_iter().filter(|page| page.is_file()));
    }
    all.sort();
    Ok(all)
}

/// The files of a folder with this ending, by name.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut all = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    all.retain(|path| path.extension().is_some_and(|e| e == ending));
    all.sort();
    Ok(all)
}
