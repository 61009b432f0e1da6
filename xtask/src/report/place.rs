//! Where to look: the line of the function that a check is about.

use std::path::Path;

use crate::labs::{Check, Judge, Lab};
use crate::submit::workspace;

/// `labs/lab3/src/flag.rs:12 (search)` for a check and the folder of the sources, as messages show it; the answer sheet
/// when that is what the check reads. Nothing when the function or the sheet is not there.
pub fn of(lab: &Lab, check: &Check, shown: &str) -> Option<String> {
    if let Judge::Sheet(sheet, _) = check.judge {
        let path = workspace::place(Path::new(shown).parent()?, sheet);
        return workspace::root().join(&path).exists().then(|| path.display().to_string());
    }
    let function = function(check)?;
    lab.student_files.iter().find_map(|file| {
        let text = std::fs::read_to_string(workspace::root().join(shown).join(file)).ok()?;
        let line = line_of(&text, function)?;
        Some(format!("{}:{line} ({function})", Path::new(shown).join(file).display()))
    })
}

/// What explains a lab: its chapter of the book, or its README where there is no book.
pub fn chapter(lab: &Lab) -> String {
    let chapters = std::fs::read_dir(workspace::root().join("docs/src")).into_iter().flatten().flatten();
    let names = chapters.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let chapter = names.filter(|name| name.starts_with(lab.name) && name.ends_with(".md")).min();
    chapter.map_or(format!("labs/{}/README.md", lab.name), |name| format!("docs/src/{name}"))
}

/// The function that a check names first; none when what it names is no function.
pub fn function(check: &Check) -> Option<&'static str> {
    let name = check.asks.split('`').nth(1)?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

fn line_of(text: &str, function: &str) -> Option<usize> {
    let defines = |line: &str| {
        let after = line.trim_start().strip_prefix("pub ").unwrap_or(line.trim_start()).strip_prefix("fn ")?;
        let rest = after.strip_prefix(function)?;
        rest.starts_with(['(', '<']).then_some(())
    };
    text.lines().position(|line| defines(line).is_some()).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_by_its_whole_name() {
        let text = "// fn search\npub fn search_raw(b: &B) {}\n\npub fn search<T>(b: &T) {}\n    fn helper() {}\n";
        assert_eq!(
            ["search", "search_raw", "helper", "raw"].map(|f| line_of(text, f)),
            [Some(4), Some(2), Some(5), None]
        );
    }
}
