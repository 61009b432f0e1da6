//! Where to look: the line that panicked, or that of the function that a check is about.

use std::path::Path;

use crate::labs::{Check, Judge, Lab};
use crate::submit::workspace;

/// `labs/lab3/src/flag.rs:12 (search)` for a check that failed with a message, and the folder of the sources, as messages show
/// it; the answer sheet when that is what the check reads. Nothing when the function or the sheet is not there.
pub fn of(lab: &Lab, check: &Check, message: &str, shown: &str) -> Option<String> {
    if let Judge::Sheet(sheet, _) = check.judge {
        let path = workspace::place(Path::new(shown).parent()?, sheet);
        return workspace::root().join(&path).exists().then(|| path.display().to_string());
    }
    let read = |file: &str| std::fs::read_to_string(workspace::root().join(shown).join(file)).ok();
    // A check about one function also drives those that it calls: a panic knows better.
    if let Some((file, line)) = panic_place(message).filter(|(file, _)| lab.student_files.contains(file)) {
        let within =
            read(file).and_then(|text| Some(format!(" ({})", function_around(&text, line)?))).unwrap_or_default();
        return Some(format!("{}:{line}{within}", Path::new(shown).join(file).display()));
    }
    let function = function(check)?;
    lab.student_files.iter().find_map(|file| {
        let text = read(file)?;
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

/// The file, without its folder, and the line that a message about a panic names.
fn panic_place(message: &str) -> Option<(&str, usize)> {
    let (path, rest) = message.split_once("panicked: ")?.1.split_once(':')?;
    let line = rest.split_once(':')?.0.parse().ok()?;
    Some((path.rsplit('/').next()?, line))
}

/// The function that a line lies in, closures aside.
fn function_around(text: &str, line: usize) -> Option<&str> {
    let name = |line| Some(definition(line)?.split(['(', '<']).next()?.trim());
    text.lines().take(line).filter_map(name).last()
}

/// What follows `fn` in a line that begins the definition of a function.
fn definition(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("pub ").unwrap_or(line).strip_prefix("fn ")
}

fn line_of(text: &str, function: &str) -> Option<usize> {
    let defines = |line: &str| {
        let rest = definition(line)?.strip_prefix(function)?;
        rest.starts_with(['(', '<']).then_some(())
    };
    text.lines().position(|line| defines(line).is_some()).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_points_at_its_own_line_and_function() {
        let lab = &crate::labs::lab3::LAB;
        // Made up, since a handout has no solution.
        let text = "use shared::Lock;\n\npub fn claim_locked() {\n    claim();\n}\n\npub fn search() {}\n";
        let folder = workspace::Scratch::new("place").expect("a folder");
        std::fs::write(folder.path.join("flag.rs"), text).expect("a file");
        let shown = folder.path.to_str().expect("a name in UTF-8");
        let search = lab.checks.iter().find(|c| function(c) == Some("search")).expect("a check about `search`");
        let inside = line_of(text, "claim_locked").expect("it is defined") + 1;
        let message = format!("w1 panicked: {shown}/flag.rs:{inside}: index out of bounds (2 workers)");
        let place = |message: &str| of(lab, search, message, shown).expect("the function is there");
        assert_eq!(place(&message), format!("{shown}/flag.rs:{inside} (claim_locked)"));
        // Neither what panicked elsewhere nor what did not panic at all names a better place than the check.
        for other in ["w1 panicked: shared/src/queue.rs:7: full", "round 1 has two winners"] {
            assert!(place(other).ends_with("(search)"), "{}", place(other));
        }
    }

    #[test]
    fn a_function_is_found_by_its_whole_name() {
        let text = "// fn search\npub fn search_raw(b: &B) {}\n\npub fn search<T>(b: &T) {}\n    fn helper() {}\n";
        assert_eq!(
            ["search", "search_raw", "helper", "raw"].map(|f| line_of(text, f)),
            [Some(4), Some(2), Some(5), None]
        );
    }
}
