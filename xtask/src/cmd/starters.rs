//! `cargo xtask starters`: the starters are generated from the solutions, never written by hand.
//!
//! In a solution, `// BEGIN SOLUTION: <task>` and `// END SOLUTION` enclose a whole function body. The starter has one
//! `todo!` there, which names the task and uses the function's arguments, so that an untouched starter has no warnings.
//! A file in a solution's folder `starter/` is a starter as it stands: a given program that is wrong on purpose.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cli::Code;
use crate::labs::{LABS, Lab, is_sheet};
use crate::submit::workspace;

const BEGIN: &str = "// BEGIN SOLUTION: ";
const END: &str = "// END SOLUTION";

/// Files of a lab outside `src/` that a starter has too, if the solution has them.
const COPIED: [&str; 4] = ["README.md", "hints.toml", "prediction.toml", "questions.toml"];

/// Writes all starters, or says which differ from what would be written.
///
/// # Errors
/// When a solution has no proper markers, or files cannot be read or written.
pub fn run(check: bool) -> Result<Code> {
    let mut stale = Vec::new();
    for lab in LABS {
        for (path, text) in files(lab)? {
            let now = std::fs::read_to_string(&path).unwrap_or_default();
            if now == text {
                continue;
            }
            if check {
                stale.push(path);
                continue;
            }
            std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
            println!("wrote {}", path.display());
        }
    }
    for path in &stale {
        eprintln!("{} is not what its solution generates", path.display());
    }
    if !stale.is_empty() {
        eprintln!("run `cargo xtask starters` (your own work in these files would be lost: `reset` keeps it)");
        return Ok(Code::Fail);
    }
    println!("{}", if check { "every starter is what its solution generates" } else { "starters are up to date" });
    Ok(Code::Pass)
}

/// Every generated file of a lab.
pub fn files(lab: &Lab) -> Result<Vec<(PathBuf, String)>> {
    let (from, to) = (workspace::solution(lab), workspace::starter(lab));
    let mut files = Vec::new();
    for file in lab.given_files {
        files.push((to.join("src").join(file), read(&from.join("src").join(file))?));
    }
    for file in lab.student_files {
        files.push((workspace::place(&to, file), starter_text(lab, file)?));
    }
    // What is handed in has been written already, without its answers.
    let copied = COPIED.into_iter().filter(|file| !lab.student_files.contains(file));
    for file in copied.filter(|file| from.join(file).exists()) {
        files.push((to.join(file), read(&from.join(file))?));
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// The starter of a student file.
///
/// # Errors
/// When there is no source for it.
pub fn starter_text(lab: &Lab, file: &str) -> Result<String> {
    let given = workspace::solution(lab).join("starter").join(file);
    if given.exists() {
        return read(&given);
    }
    let solution = workspace::place(&workspace::solution(lab), file);
    if is_sheet(file) {
        return Ok(blank(&read(&solution)?));
    }
    generate(&read(&solution)?).map_err(|(line, why)| anyhow::anyhow!("{}:{line}: {why}", solution.display()))
}

/// An answer sheet without its answers: every `key = "…"` becomes `key = ""`.
fn blank(solution: &str) -> String {
    let line = |line: &str| match line.split_once(" = \"") {
        Some((key, _)) if !line.starts_with('#') => format!("{key} = \"\"\n"),
        _ => format!("{line}\n"),
    };
    solution.lines().map(line).collect()
}

/// A starter from a solution's text; on failure the line and what is wrong there.
fn generate(solution: &str) -> Result<String, (usize, String)> {
    let mut starter = String::new();
    let mut signature = String::new();
    let mut inside = false;
    for (at, line) in solution.lines().enumerate() {
        let text = line.trim_start();
        if let Some(task) = text.strip_prefix(BEGIN) {
            if inside {
                return Err((at + 1, format!("`{BEGIN}` inside another")));
            }
            inside = true;
            let indent = &line[..line.len() - text.len()];
            let arguments = arguments(&signature).ok_or((at + 1, "no function begins right above".to_owned()))?;
            starter += &todo(indent, task, &arguments);
        } else if text == END {
            if !inside {
                return Err((at + 1, format!("`{END}` without a beginning")));
            }
            inside = false;
        } else if !inside {
            starter += line;
            starter.push('\n');
        }
        // Only the lines since the last `fn` can be the signature of the body that begins.
        if text.starts_with("pub fn ") || text.starts_with("fn ") {
            signature.clear();
        }
        signature += line;
    }
    if inside { Err((solution.lines().count(), format!("`{END}` is missing"))) } else { Ok(starter) }
}

fn todo(indent: &str, task: &str, arguments: &[String]) -> String {
    let used = match arguments {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    };
    format!("{indent}let _ = {used};\n{indent}todo!(\"{task}\")\n")
}

/// The names of a function's arguments.
fn arguments(signature: &str) -> Option<Vec<String>> {
    let open = signature.find('(')?;
    let close = signature.rfind(") ->").or_else(|| signature.rfind(") {"))?;
    let list = signature.get(open + 1..close)?;
    let names = list.split(',').filter_map(|a| a.split_once(':')).map(|(name, _)| name.trim().to_owned());
    Some(names.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_becomes_one_todo_that_uses_the_arguments() {
        let solution = "/// Doc.\npub fn f(b: &Board, n: u32) -> u32 {\n    // BEGIN SOLUTION: do it\n    n + 1\n    // END SOLUTION\n}\n";
        let starter = "/// Doc.\npub fn f(b: &Board, n: u32) -> u32 {\n    let _ = (b, n);\n    todo!(\"do it\")\n}\n";
        assert_eq!(generate(solution), Ok(starter.to_owned()));
    }

    #[test]
    fn a_sheet_keeps_its_questions_and_loses_its_answers() {
        assert_eq!(blank("# Why = \"x\"?\nkey = \"value\"\n\n"), "# Why = \"x\"?\nkey = \"\"\n\n");
    }

    #[test]
    fn broken_markers_are_named_with_their_line() {
        assert_eq!(generate("fn f() {\n// END SOLUTION\n").map_err(|(line, _)| line), Err(2));
        assert_eq!(generate("fn f() {\n// BEGIN SOLUTION: x\n").map_err(|(line, _)| line), Err(2));
    }
}
