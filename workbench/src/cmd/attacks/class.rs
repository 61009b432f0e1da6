//! A class of attacks: the solution with an attack in it for each folder of the corpus, what no repository can hold made
//! here, and honest submissions between them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::Expect;
use crate::labs::Lab;
use crate::submit::stage::MAX_BYTES;
use crate::submit::workspace;

/// The function of the solution that calls `attack()`, unless the attack has one of its own.
const HEAD: &str = "pub fn claim_locked(b: &Board, find: Find) -> Claim {\n";

/// What is said of a submission that attacks nothing.
pub const HONEST: &str = "an honest neighbour";

/// Lays a class out in a folder; gives what each submission must come to. `words`: what the attacks are about here.
///
/// # Errors
/// When the corpus cannot be read or the class cannot be written.
pub fn lay_out(lab: &Lab, folder: &Path, words: &[(&str, String)]) -> Result<BTreeMap<String, Expect>> {
    fs::create_dir_all(folder)?;
    let solution = fs::read_to_string(workspace::solution(lab).join("src/flag.rs")).context("the solution")?;
    ensure!(solution.contains(HEAD), "the solution has no `{}`", HEAD.trim());
    let mut expected = BTreeMap::new();
    let corpus = workspace::root().join("xtask/corpus/attacks");
    for entry in fs::read_dir(&corpus).with_context(|| format!("reading {}", corpus.display()))? {
        let (from, name) = {
            let e = entry?;
            (e.path(), e.file_name().to_string_lossy().into_owned())
        };
        let text = fs::read_to_string(from.join("expect.toml")).with_context(|| format!("{}", from.display()))?;
        let expect: Expect = toml::from_str(&text).with_context(|| format!("in {}/expect.toml", from.display()))?;
        let mut attack = fs::read_to_string(from.join("attack.rs")).with_context(|| format!("{}", from.display()))?;
        for (word, meaning) in words {
            attack = attack.replace(word, meaning);
        }
        let to = folder.join(&name);
        fs::create_dir(&to)?;
        fs::write(to.join("flag.rs"), compose(&solution, &attack))?;
        if from.join("files").is_dir() {
            copy(&from.join("files"), &to)?;
        }
        expected.insert(name, expect);
    }
    honest(folder, &solution, &mut expected)?;
    made_here(folder, &solution, &mut expected)?;
    Ok(expected)
}

/// The solution with an attack: called by `claim_locked`, or in its place, or only beside it.
fn compose(solution: &str, attack: &str) -> String {
    let base = if attack.contains(HEAD) {
        let start = solution.find(HEAD).unwrap_or(0);
        let end = solution[start..].find("\n}\n").map_or(solution.len(), |at| start + at + 3);
        format!("{}{}", &solution[..start], &solution[end..])
    } else if attack.contains("fn attack()") {
        solution.replace(HEAD, &format!("{HEAD}    attack();\n"))
    } else {
        solution.to_owned()
    };
    format!("{base}\n{attack}")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&place)?;
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), &place)?;
        }
    }
    Ok(())
}

fn expect(why: &str, score: u32, says: Option<&str>) -> Expect {
    let fails = if score == 0 { vec!["build".to_owned()] } else { Vec::new() };
    Expect { why: why.into(), score: [score, score], fails, says: says.map(str::to_owned) }
}

/// Honest submissions before, between and after the attacks: their scores must not change.
fn honest(folder: &Path, solution: &str, expected: &mut BTreeMap<String, Expect>) -> Result<()> {
    for (at, name) in ["aaa-honest", "fork-bomb-next", "memory-bomb-next", "zzz-honest"].into_iter().enumerate() {
        fs::create_dir(folder.join(name))?;
        // A comment makes each one's files its own, so that each is graded.
        fs::write(folder.join(name).join("flag.rs"), format!("{solution}\n// {at}\n"))?;
        expected.insert(name.into(), expect(HONEST, 100, None));
    }
    Ok(())
}

/// Links, pipes, names that are no text, files that are too large: a repository does not hold them.
fn made_here(folder: &Path, solution: &str, expected: &mut BTreeMap<String, Expect>) -> Result<()> {
    let new = |name: &str| -> Result<std::path::PathBuf> {
        let path = folder.join(name);
        fs::create_dir(&path)?;
        Ok(path)
    };
    let honest = folder.join("aaa-honest");
    symlink(&honest, folder.join("link"))?;
    expected.insert("link".into(), expect("is a link to somebody's folder", 0, Some("is a link")));
    symlink(honest.join("flag.rs"), new("link-file")?.join("flag.rs"))?;
    expected.insert("link-file".into(), expect("its file is a link", 0, Some("is a link")));
    symlink(&honest, new("link-src")?.join("src"))?;
    expected.insert("link-src".into(), expect("its folder of sources is a link", 0, Some("is missing")));
    let fifo = std::ffi::CString::new(new("pipe")?.join("flag.rs").as_os_str().as_bytes())?;
    // SAFETY: a C string; the call makes a file or fails.
    ensure!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) } == 0, "making a pipe");
    expected.insert("pipe".into(), expect("its file is a pipe that nobody writes to", 0, Some("no regular file")));
    symlink("/dev/zero", new("device")?.join("flag.rs"))?;
    expected.insert("device".into(), expect("its file is a device without end", 0, Some("is a link")));
    fs::write(new("large")?.join("flag.rs"), " ".repeat(MAX_BYTES as usize + 1))?;
    expected.insert("large".into(), expect("its file is too large", 0, Some("at most")));
    let strange = folder.join(OsStr::from_bytes(b"name-\xff\x1b[31m<b>"));
    fs::create_dir(&strange)?;
    fs::write(strange.join("flag.rs"), solution)?;
    expected.insert("name-\\xff\\x1b[31m<b>".into(), expect("its name is no text", 100, None));
    fs::write(folder.join("no-archive.zip"), "PK but not really")?;
    expected.insert("no-archive.zip".into(), expect("is no archive", 0, Some("no zip archive")));
    fs::write(folder.join("climbs.tar.gz"), gzip(&tar("../aaa-honest/flag.rs", b'0', "")))?;
    expected.insert("climbs.tar.gz".into(), expect("its archive leads out of its folder", 0, Some("leads out")));
    fs::write(folder.join("absolute.tar.gz"), gzip(&tar("/tmp/labs-attack-absolute", b'0', "")))?;
    expected.insert("absolute.tar.gz".into(), expect("its archive names a file of the machine", 0, Some("leads out")));
    fs::write(folder.join("link.tar.gz"), gzip(&tar("flag.rs", b'2', "/etc/passwd")))?;
    expected.insert("link.tar.gz".into(), expect("its archive holds a link", 0, Some("no regular file")));
    Ok(())
}

/// An archive of some kilobytes that is a file of a gigabyte. `packer` is the jail's program.
///
/// # Errors
/// When it cannot be made.
pub fn bomb(packer: &Path, scratch: &Path, folder: &Path, expected: &mut BTreeMap<String, Expect>) -> Result<()> {
    let from = scratch.join("bomb");
    fs::create_dir(&from)?;
    // A file that is all hole takes no room here.
    fs::File::create(from.join("flag.rs"))?.set_len(1 << 30)?;
    let word = |key: &str, path: &Path| format!("{key}={}", path.display());
    let mut command = Command::new(packer);
    command.args(["pack".into(), word("from", &from), word("to", &folder.join("bomb.zip"))]);
    ensure!(command.stdin(Stdio::null()).status()?.success(), "packing the archive");
    expected.insert("bomb.zip".into(), expect("its archive is a thousand times as large inside", 0, Some("more than")));
    Ok(())
}

/// A tar archive (POSIX ustar) with one entry of a kind, its text the name of the entry.
fn tar(name: &str, kind: u8, target: &str) -> Vec<u8> {
    let size = if kind == b'0' { name.len() } else { 0 };
    let mut head = vec![0; 512];
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(157, target);
    put(257, "ustar\x0000");
    head[156] = kind;
    let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut text = name.as_bytes()[..size].to_vec();
    text.resize(size.next_multiple_of(512), 0);
    [head, text, vec![0; 1024]].concat()
}

/// A gzip file (RFC 1952) whose one block is stored as it is.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let len = bytes.len() as u16;
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(len.to_le_bytes());
    file.extend((!len).to_le_bytes());
    file.extend(bytes);
    file.extend(crc32(bytes).to_le_bytes());
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn an_attack_is_called_or_takes_the_place_of_a_function() {
        let solution = format!("use x;\n{HEAD}    right\n}}\nfn other() {{\n}}\n");
        assert!(compose(&solution, "fn attack() {}").contains(&format!("{HEAD}    attack();\n    right")));
        let replaced = compose(&solution, &format!("{HEAD}    wrong\n}}\n"));
        assert!(
            !replaced.contains("right") && replaced.contains("wrong") && replaced.contains("fn other"),
            "{replaced}"
        );
    }
}
