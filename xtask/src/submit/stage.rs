//! Staging: only the lab's named student files are taken, and only if they are what they should be.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::workspace;
use crate::labs::{Lab, is_sheet};

/// The largest student file that is taken; a solution has 5 KB.
pub const MAX_BYTES: u64 = 256 * 1024;

/// A submission: where it is and what it is called.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its folder.
    pub folder: PathBuf,
    /// How messages show its files: the folder of the sources, as the user would type it.
    pub shown: String,
}

impl Submission {
    /// The submission in a folder, its files at the top or in `src/`.
    pub fn new(folder: &Path, lab: &Lab) -> Submission {
        let src = folder.join("src");
        // A link is not followed: it may lead to somebody else's files.
        let own = src.symlink_metadata().is_ok_and(|m| m.is_dir());
        let in_src = own && lab.student_files.iter().any(|f| src.join(f).symlink_metadata().is_ok());
        let folder = if in_src { src } else { folder.to_path_buf() };
        let shown = folder.strip_prefix(workspace::root()).unwrap_or(&folder).to_string_lossy().into_owned();
        Submission { folder, shown }
    }
}

/// Puts the given files and the student's together in `to`. `Ok(Err(sentence))`: the student's files cannot be taken.
///
/// # Errors
/// Only when something of ours fails: the given files, the disk.
pub fn stage(lab: &Lab, submission: &Submission, to: &Path) -> Result<Result<(), String>> {
    let pristine = [workspace::solution(lab), workspace::starter(lab)];
    let given = pristine.iter().map(|p| p.join("src")).find(|p| p.join("main.rs").is_file());
    let given = given.with_context(|| format!("the given files of {} are missing from this checkout", lab.name))?;
    for file in lab.given_files {
        let text = std::fs::read(given.join(file)).with_context(|| format!("reading the given {file}"))?;
        write(&to.join(file), &text)?;
    }
    for file in lab.student_files.iter().filter(|file| is_sheet(file)) {
        stage_sheet(submission, file, to)?;
    }
    for file in lab.student_files.iter().filter(|file| !is_sheet(file)) {
        let text = match read_student_file(&submission.folder.join(file), &submission.shown, file) {
            Ok(text) => text,
            Err(sentence) => return Ok(Err(sentence)),
        };
        if let Some(sentence) = super::source::forbidden(&text, &format!("{}/{file}", submission.shown)) {
            return Ok(Err(sentence));
        }
        write(&to.join(file), text.as_bytes())?;
    }
    Ok(Ok(()))
}

/// A sheet that cannot be taken is no obstacle for the program: what is wrong with it is kept for the check that reads it.
fn stage_sheet(submission: &Submission, file: &str, to: &Path) -> Result<()> {
    let folder = &submission.folder;
    let beside = folder.parent().filter(|_| folder.ends_with("src") && folder.join(file).symlink_metadata().is_err());
    let shown = submission.shown.strip_suffix("/src").filter(|_| beside.is_some()).unwrap_or(&submission.shown);
    match read_student_file(&beside.unwrap_or(folder).join(file), shown, file) {
        Ok(text) => write(&to.join(file), text.as_bytes()),
        Err(sentence) => write(&to.join(format!("{file}{REFUSED}")), sentence.as_bytes()),
    }
}

/// Added to the name of a sheet that could not be taken.
const REFUSED: &str = ".refused";

/// The names of what was staged in a folder of a lab's answer sheets: each sheet, or why it could not be taken.
pub fn sheets(lab: &Lab, folder: &Path) -> Vec<String> {
    let names = lab.student_files.iter().filter(|file| is_sheet(file));
    let names = names.flat_map(|file| [(*file).to_owned(), format!("{file}{REFUSED}")]);
    names.filter(|name| folder.join(name).is_file()).collect()
}

/// The text of an answer sheet that was staged beside the program; or, as a sentence, why it could not be taken.
///
/// # Errors
/// Only when something of ours fails.
pub fn sheet(binary: &Path, file: &str) -> Result<Result<String, String>> {
    let refused = binary.with_file_name(format!("{file}{REFUSED}"));
    if refused.is_file() {
        return Ok(Err(std::fs::read_to_string(&refused).with_context(|| format!("reading {}", refused.display()))?));
    }
    let path = binary.with_file_name(file);
    Ok(Ok(std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

fn read_student_file(path: &Path, shown: &str, file: &str) -> Result<String, String> {
    let name = format!("{shown}/{file}");
    let meta = match path.symlink_metadata() {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(format!("{name} is missing")),
        Err(e) => return Err(format!("{name} cannot be read: {e}")),
    };
    if meta.is_symlink() {
        return Err(format!("{name} is a link; hand in the file itself"));
    }
    if !meta.is_file() {
        return Err(format!("{name} is no regular file"));
    }
    if meta.len() > MAX_BYTES {
        return Err(format!("{name} has {} bytes; at most {MAX_BYTES} are taken", meta.len()));
    }
    let bytes = std::fs::read(path).map_err(|e| format!("{name} cannot be read: {e}"))?;
    String::from_utf8(bytes).map_err(|e| {
        let upto = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes()[..upto].iter().filter(|b| **b == b'\n').count();
        format!("{name}:{line} is not UTF-8; save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::lab4::LAB;
    use crate::submit::workspace::Scratch;

    /// Stages sources in `src/` with this sheet beside them, as in a checkout; gives what the check would read.
    fn staged(sheet_bytes: Option<&[u8]>) -> Result<String, String> {
        let from = Scratch::new("stage-test").expect("a folder");
        let to = Scratch::new("stage-test").expect("a folder");
        std::fs::create_dir(from.path.join("src")).expect("a folder");
        std::fs::write(from.path.join("src/manager.rs"), "// nothing yet\n").expect("a file");
        if let Some(bytes) = sheet_bytes {
            std::fs::write(from.path.join("answers.toml"), bytes).expect("a file");
        }
        let taken = stage(&LAB, &Submission::new(&from.path, &LAB), &to.path).expect("nothing of ours fails");
        assert_eq!(taken, Ok(()), "a bad sheet is no obstacle for the program");
        sheet(&to.path.join("lab4"), "answers.toml").expect("nothing of ours fails")
    }

    #[test]
    fn a_sheet_beside_the_sources_is_found() {
        assert_eq!(staged(Some(b"total = \"value\"\n")), Ok("total = \"value\"\n".to_owned()));
    }

    #[test]
    fn a_sheet_that_cannot_be_taken_is_a_sentence_with_its_name() {
        let error = |bytes: Option<&[u8]>| staged(bytes).expect_err("a bad sheet");
        assert!(error(None).ends_with("answers.toml is missing"), "{}", error(None));
        let large = vec![b'#'; 10 << 20];
        assert!(error(Some(&large)).contains("answers.toml has 10485760 bytes; at most 262144"));
        assert!(error(Some(b"total = \"value\"\n# \xfc")).contains("answers.toml:2 is not UTF-8"));
    }
}
