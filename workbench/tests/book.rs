//! The book as its reader finds it: rendered from its records, no link that leads nowhere, code that is the project's code,
//! Python that runs.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use workbench::book::{self, Rendered, commands};

/// The heaviest explorable.
const MOST_BYTES: usize = 150_000;
/// A Python original takes a second or three; one that takes this long hangs.
const DEADLINE: Duration = Duration::from_secs(120);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the runner lies in the checkout").to_path_buf()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    all.retain(|path| path.extension().is_some_and(|e| e == ending));
    all.sort();
    all
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn what_is_committed_is_what_the_records_say() {
    let mut rendered = book::render(&root().join("docs")).expect("the records are whole");
    assert_eq!(book::out_of_date(&rendered), Vec::<&Path>::new(), "`cargo xtask book` renders them");
    let chapter = rendered.iter_mut().find(|r| r.path.ends_with("coordination.md")).expect("a chapter with numbers");
    chapter.text = chapter.text.replacen(" ns", " us", 1);
    assert_eq!(book::out_of_date(&rendered).len(), 1, "a changed number is noticed");
}

/// A copy of everything that is rendered and of what it is rendered from, removed when dropped.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Copy {
        let copy = Copy(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id())));
        for folder in ["docs/data", "docs/src", "docs/src/figures", "docs/src/explore"] {
            std::fs::create_dir_all(copy.0.join(folder)).expect("a folder of our own");
            for entry in std::fs::read_dir(root().join(folder)).expect("a folder of the book") {
                let from = entry.expect("an entry").path();
                if from.is_file() {
                    let to = copy.0.join(folder).join(from.file_name().expect("a file has a name"));
                    std::fs::copy(&from, to).expect("a copy");
                }
            }
        }
        copy
    }

    /// Changes a record where a pointer leads; gives the files that are out of date then.
    fn changed(&self, file: &str, pointer: &str, change: impl Fn(&Value) -> Value) -> usize {
        let path = self.0.join("docs/data").join(file);
        let kept = read(&path);
        let mut record: Value = serde_json::from_str(&kept).expect("a record is JSON");
        let place = record.pointer_mut(pointer).unwrap_or_else(|| panic!("{file} has no {pointer}"));
        *place = change(place);
        std::fs::write(&path, record.to_string()).expect("our own copy");
        let rendered = book::render(&self.0.join("docs")).unwrap_or_else(|e| panic!("{file}: {e:#}"));
        std::fs::write(&path, kept).expect("our own copy");
        book::out_of_date(&rendered).len()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A figure of every record that a text must show; of a record with several rows the first one's.
const SHOWN: &[(&str, &str)] = &[
    ("attacks.json", "/levels/0/hostile"),
    ("bench.json", "/provenance/commit"),
    ("build.json", "/rows/0/cpu"),
    ("build.json", "/rows/1/seconds"),
    ("checks.json", "/rows/0/cpu"),
    ("clock.json", "/rows/0/wall"),
    ("crashes.json", "/provenance/commit"),
    ("crashes.json", "/repeat"),
    ("explorer.json", "/rows/0/per_second"),
    ("experiment-crossover.json", "/commit"),
    ("grading.json", "/cpu"),
    ("grading.json", "/again"),
    ("grading.json", "/picture_bytes"),
    ("latency.json", "/rows/0/costs/0/wall"),
    // Processors that the serialised program kept busy, in a quiet pair.
    ("pairs.json", "/series/6/pairs/0/2"),
    ("prices.json", "/prices/0/ns"),
    ("profiles.json", "/rows/0/costs/0/wall"),
    ("soundness.json", "/rows/0/compared"),
    ("verdicts.json", "/command"),
    ("wall.json", "/rows/0/median_ms"),
];

#[test]
fn a_record_that_changes_makes_the_book_out_of_date() {
    let copy = Copy::new("records");
    let rendered = book::render(&copy.0.join("docs")).expect("the records are whole");
    assert_eq!(book::out_of_date(&rendered), Vec::<&Path>::new());
    for (file, pointer) in SHOWN {
        let out_of_date = copy.changed(file, pointer, |old| match old {
            Value::Number(whole) if whole.is_u64() => (whole.as_u64().unwrap_or(0) * 3 + 7).into(),
            Value::Number(number) => (number.as_f64().unwrap_or(0.0) * 3.0 + 7.0).into(),
            _ => "another".into(),
        });
        assert!(out_of_date > 0, "{file}: nothing shows {pointer}");
    }
    let records: BTreeSet<String> = SHOWN.iter().map(|(file, _)| (*file).to_owned()).collect();
    for file in files(&root().join("docs/data"), "json") {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let one_of_many = name.starts_with("experiment-") || name.starts_with("graph-");
        assert!(one_of_many || records.contains(&name), "nobody looks whether {name} is shown");
        let described = read(&root().join("docs/data/README.md"));
        assert!(
            one_of_many || described.contains(&format!("`{name}`")),
            "docs/data/README.md does not describe {name}"
        );
    }
    // The price list has two renderings of its own: the drawing, and the text beside the record.
    let list = copy.0.join("docs/data/prices.txt");
    std::fs::write(&list, read(&list).replacen(" ns", " us", 1)).expect("our own copy");
    let rendered = book::render(&copy.0.join("docs")).expect("the records are whole");
    assert_eq!(book::out_of_date(&rendered), [list.as_path()]);
}

/// The text without fenced blocks and without code in a line.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    let without_code = |line: &str| line.split('`').step_by(2).collect::<String>();
    lines.map(|line| without_code(line) + "\n").collect()
}

/// Where the links of a chapter lead.
fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

/// The anchors of a chapter, as forges and mdBook make them from headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let headings = text.lines().filter(|line| {
        fenced ^= line.trim_start().starts_with("```");
        !fenced && line.starts_with('#')
    });
    let anchor = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// Why a link of the file leads nowhere, if it does.
fn broken(file: &Path, text: &str, link: &str) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { file.to_path_buf() } else { file.parent()?.join(path) };
    if !target.is_file() {
        return Some(format!("{}: no file `{link}`", file.display()));
    }
    let there = match target.extension()?.to_str()? {
        "md" if path.is_empty() => anchors(text),
        "md" => anchors(&read(&target)),
        // The scheduler's anchors are its graphs.
        _ => book::graph::WANTED.iter().map(|w| w.name.to_owned()).collect(),
    };
    let known = anchor.is_empty() || there.contains(anchor);
    (!known).then(|| format!("{}: no heading for `{link}`", file.display()))
}

/// Marks that stand for a number within a sentence. With a blank, because `grading` is a table, and `grading each` a number.
const INLINE: &str =
    "price |rate |graph |ratio |build |checks solutions|grading |soundness |attacks|pairs |race |crash |rules |limit ";

/// Markdown ends a paragraph at a line that begins with a comment: only marks that stand for a block may begin one.
fn torn(text: &str) -> Vec<&str> {
    let begins = |line: &&str| {
        let line = line.trim_start_matches(['>', ' ', '-']);
        let mark = line.strip_prefix("<!--n ");
        mark.is_some_and(|mark| INLINE.split('|').any(|inline| mark.starts_with(inline)))
    };
    text.lines().filter(begins).collect()
}

#[test]
fn no_number_tears_its_paragraph_apart() {
    for file in files(&root().join("docs/src"), "md") {
        assert_eq!(torn(&read(&file)), Vec::<&str>::new(), "{}", file.display());
    }
    assert_eq!(torn("> a lock takes\n> <!--n price lock 1-->11 ns<!--/n-->, or so").len(), 1);
}

#[test]
fn every_command_that_a_text_shows_can_be_typed() {
    assert_eq!(commands::misleading(&root()).expect("the texts"), Vec::<String>::new());
    let all = commands::shown(&read(&root().join("README.md")));
    assert!(all.len() > 15, "only {} commands were seen", all.len());
}

/// What a shell line of a text may begin with besides `cargo xtask`: each is run by a script of `.ci`, or installs a tool.
const OTHERS: &[&str] = &[
    "cargo test",
    "cargo install mdbook --version 0.5.4 --locked --no-default-features --features search",
    "mdbook build docs",
    "sudo apt-get install gcc libc6-dev",
    "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
];

/// Lines of a text's shell blocks that nobody has looked at.
fn strange(text: &str) -> Vec<String> {
    let lines = blocks(text, "sh").concat();
    let known = |line: &str| line.starts_with("cargo xtask ") || OTHERS.iter().any(|other| line.starts_with(other));
    lines.lines().filter(|line| !line.is_empty() && !known(line)).map(str::to_owned).collect()
}

#[test]
fn shell_blocks_hold_nothing_that_nobody_has_tried() {
    let mut texts = files(&root().join("docs/src"), "md");
    texts.push(root().join("README.md"));
    for file in texts {
        assert_eq!(strange(&read(&file)), Vec::<String>::new(), "{}", file.display());
    }
    assert_eq!(strange("```sh\ncargo xtask check lab1\ncargo xtest\n```\n"), ["cargo xtest"]);
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let source = root().join("docs/src");
    let mut found = 0;
    for file in files(&source, "md") {
        let text = read(&file);
        let links = links(&text);
        found += links.len();
        let broken: Vec<String> = links.iter().filter_map(|link| broken(&file, &text, link)).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
    assert!(found > 50, "only {found} links were seen");
    let file = source.join("README.md");
    for wrong in ["nothing.md", "lab0-testing.md#nothing", "explore/scheduler.html#nothing", "#nothing"] {
        assert!(broken(&file, &read(&file), wrong).is_some(), "{wrong} passes for a link");
    }
}

#[test]
fn the_summary_lists_every_chapter_once() {
    let source = root().join("docs/src");
    let listed = links(&read(&source.join("SUMMARY.md")));
    let there = files(&source, "md").into_iter().filter_map(|p| p.file_name()?.to_str().map(str::to_owned));
    let there: BTreeSet<String> = there.filter(|name| name != "SUMMARY.md").collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), there);
    assert_eq!(listed.len(), there.len(), "one is listed twice");
}

/// The blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    text.split(&open).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

/// Code without comments and layout.
fn essence(code: &str) -> String {
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn rust_in_the_chapters_is_code_that_the_project_compiles() {
    let sources = [root().join("docs/programs/lost-update/counter.rs"), root().join("solutions/lab3/src/baseline.rs")];
    let sources: Vec<String> = sources.iter().map(|path| essence(&read(path))).collect();
    let mut seen = 0;
    for file in files(&root().join("docs/src"), "md") {
        for block in blocks(&read(&file), "rust") {
            seen += 1;
            let known = sources.iter().any(|source| source.contains(&essence(&block)));
            assert!(known, "{}: this is nobody's code:\n{block}", file.display());
        }
    }
    assert!(seen >= 2, "only {seen} blocks were seen");
    assert!(!sources.iter().any(|source| source.contains(&essence("fn nobody() {}\n"))));
}

#[test]
fn explorables_are_light_and_need_nothing_from_elsewhere() {
    let pages = files(&root().join("docs/src/explore"), "html");
    assert!(!pages.is_empty());
    for page in pages {
        let text = read(&page);
        assert!(text.len() <= MOST_BYTES, "{}: {} bytes", page.display(), text.len());
        for outside in ["http:", "https:", "src=", "@import", "url(", "fetch("] {
            assert!(!text.contains(outside), "{}: {outside}", page.display());
        }
        for part in ["lang=\"en\"", "name=\"viewport\"", "prefers-color-scheme: dark", "mdbook-theme", "<noscript>"] {
            assert!(text.contains(part), "{}: no {part}", page.display());
        }
    }
}

/// Runs a program in a group of its own, which is killed at the deadline. `None`: it hung.
fn run(command: &mut Command, deadline: Duration) -> Option<bool> {
    let mut child = command.stdin(Stdio::null()).process_group(0).spawn().expect("python3 is needed: install it");
    let started = Instant::now();
    while started.elapsed() < deadline {
        if let Some(status) = child.try_wait().expect("our own child") {
            return Some(status.success());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = i32::try_from(child.id()).expect("a process id");
    assert!(group > 1);
    // SAFETY: no memory is involved; the group is our child's own, which has not been waited for.
    unsafe { libc::kill(-group, libc::SIGKILL) };
    child.wait().expect("our own child");
    None
}

#[test]
fn the_python_originals_run() {
    let scripts = files(&root().join("docs/python"), "py");
    assert!(scripts.len() >= 7);
    for script in scripts {
        let ended = run(Command::new("python3").arg(&script).stdout(Stdio::null()), DEADLINE);
        assert_eq!(ended, Some(true), "{}", script.display());
    }
}

#[test]
fn a_script_that_hangs_or_fails_is_noticed() {
    let python = |code: &str| run(Command::new("python3").args(["-c", code]), Duration::from_secs(1));
    assert_eq!(python("import time; time.sleep(60)"), None);
    let failed = run(Command::new("python3").args(["-c", "raise SystemExit(3)"]), DEADLINE);
    assert_eq!(failed, Some(false));
}

#[test]
fn rendering_is_the_same_twice() {
    let texts = |all: Vec<Rendered>| all.into_iter().map(|r| r.text).collect::<Vec<_>>();
    let docs = root().join("docs");
    let once = texts(book::render(&docs).expect("the records are whole"));
    assert_eq!(once, texts(book::render(&docs).expect("the records are whole")));
}
