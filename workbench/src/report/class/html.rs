//! `report.html`: the class on one page, without anything from elsewhere. Everything that a student could have written is text.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Entry;
use crate::labs::Lab;
use crate::report::result::{CheckResult, Document, Status, Verdict, WallOutcome};

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn render(lab: &Lab, entries: &[Entry]) -> String {
    let mut page = String::new();
    let title = format!("{}, {}", lab.name, lab.title);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n",
        text(&title),
        text(&title)
    );
    page += &summary(entries);
    page += &scores(entries);
    page += &checks(lab, entries);
    page += &table(entries);
    entries.iter().enumerate().for_each(|(at, entry)| page += &submission(at, entry));
    page + "</main>\n</body>\n</html>\n"
}

/// Text that nothing in it can leave: no tag, no attribute, no terminal code, no change of direction.
pub fn text(raw: &str) -> String {
    let mut safe = String::new();
    for c in raw.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            '\n' | '\t' => safe.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

fn documents(entries: &[Entry]) -> impl Iterator<Item = &Document> {
    entries.iter().filter_map(|e| e.result.as_ref())
}

fn summary(entries: &[Entry]) -> String {
    let passed = documents(entries).filter(|d| d.verdict == Verdict::Pass).count();
    let unsure = documents(entries).filter(|d| d.verdict == Verdict::Pass && !d.confirmed).count();
    let missing = entries.iter().filter(|e| e.result.is_none()).count();
    let mut all: Vec<u32> = documents(entries).map(|d| d.score).collect();
    all.sort_unstable();
    let median = all.get(all.len() / 2).copied().unwrap_or(0);
    let levels: BTreeMap<&str, usize> = documents(entries).fold(BTreeMap::new(), |mut levels, d| {
        *levels.entry(&*d.sandbox).or_default() += 1;
        levels
    });
    let levels: Vec<String> = levels.iter().map(|(level, n)| format!("{n} in a jail of level {level}")).collect();
    format!(
        "<p>{} submissions: <strong>{passed} passed</strong>, {unsure} of them with a speed that was not confirmed; {missing} \
         have no result. Median {median} points. Graded: {}.</p>\n",
        entries.len(),
        text(&levels.join(", "))
    )
}

/// How many have how many points.
fn scores(entries: &[Entry]) -> String {
    let total = documents(entries).map(|d| d.max_score).max().unwrap_or(100).max(1);
    let mut bins = [0_usize; 11];
    documents(entries).for_each(|d| bins[(d.score * 10 / total).min(10) as usize] += 1);
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let mut rows = String::from("<h2>Points</h2>\n<table class=\"bars\">\n");
    for (at, count) in bins.iter().enumerate().rev() {
        let from = at as u32 * total / 10;
        let range =
            if at == 10 { format!("{total}") } else { format!("{from}–{}", (at as u32 + 1) * total / 10 - 1) };
        rows += &bar(&range, *count, most, &count.to_string());
    }
    rows + "</table>\n"
}

/// What fails most, first.
fn checks(lab: &Lab, entries: &[Entry]) -> String {
    let all = documents(entries).count().max(1);
    let failed = |id: &str| {
        documents(entries).flat_map(|d| &d.checks).filter(|c| c.id == id && c.status != Status::Pass).count()
    };
    let mut rows: Vec<(&str, &str, usize)> = lab.checks.iter().map(|c| (c.id, c.asks, failed(c.id))).collect();
    rows.push(("build", "the program compiles", failed("build")));
    rows.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    let mut html = String::from("<h2>Checks, most failed first</h2>\n<table class=\"bars\">\n");
    for (id, asks, count) in rows {
        html += &bar(id, count, all, &format!("{count} of {all}: {}", asks.replace('`', "")));
    }
    html + "</table>\n"
}

fn bar(label: &str, count: usize, most: usize, says: &str) -> String {
    let width = count * 100 / most;
    format!(
        "<tr><th>{}</th><td class=\"track\"><span style=\"width:{width}%\"></span></td><td>{}</td></tr>\n",
        text(label),
        text(says)
    )
}

fn table(entries: &[Entry]) -> String {
    let mut html = String::from(
        "<h2>Submissions</h2>\n<table class=\"list\">\n<tr><th>name</th><th>points</th><th>verdict</th><th>failed</th></tr>\n",
    );
    for (at, entry) in entries.iter().enumerate() {
        let (points, verdict, failed) = match &entry.result {
            None => (String::new(), "no result".to_owned(), entry.missing.clone().unwrap_or_default()),
            Some(document) => {
                let failed: Vec<&str> =
                    document.checks.iter().filter(|c| c.status != Status::Pass).map(|c| &*c.id).collect();
                (format!("{}/{}", document.score, document.max_score), verdict(document), failed.join(", "))
            }
        };
        let _ = writeln!(
            html,
            "<tr><td><a href=\"#s{at}\">{}</a></td><td>{points}</td><td>{}</td><td>{}</td></tr>",
            text(&entry.name),
            text(&verdict),
            text(&failed)
        );
    }
    html + "</table>\n"
}

fn verdict(document: &Document) -> String {
    match (document.verdict, document.wall.outcome) {
        (Verdict::Pass, WallOutcome::Confirmed) => "pass".into(),
        (Verdict::Pass, _) => "pass, speed not confirmed".into(),
        (_, WallOutcome::Slower) => "fail, slower than the reference".into(),
        _ => "fail".into(),
    }
}

fn submission(at: usize, entry: &Entry) -> String {
    let Some(document) = &entry.result else { return String::new() };
    let mut html = format!(
        "<section id=\"s{at}\">\n<h3>{}: {}/{}, {}</h3>\n",
        text(&entry.name),
        document.score,
        document.max_score,
        text(&verdict(document))
    );
    if !entry.same_files_as.is_empty() {
        let _ = writeln!(html, "<p>The same files as {}.</p>", text(&entry.same_files_as.join(", ")));
    }
    if !document.wall.why.is_empty() {
        let _ = writeln!(html, "<p>Speed: {}.</p>", text(&document.wall.why));
    }
    document
        .checks
        .iter()
        .filter(|c| c.status != Status::Pass)
        .for_each(|check| html += &failure(entry, document, check));
    html + "</section>\n"
}

fn failure(entry: &Entry, document: &Document, check: &CheckResult) -> String {
    if check.status == Status::Skipped {
        return format!("<p class=\"skipped\">{}: {}</p>\n", text(&check.id), text(&check.message));
    }
    let part = |key: &str| check.evidence[key].as_str().unwrap_or("").trim_end();
    let mut story = [part("story"), part("because"), part("compiler")].join("\n").trim().to_owned();
    if let Some(schedule) = &check.schedule {
        let _ = write!(story, "\n\ncargo xtask replay {} {schedule} --path SUBMISSION", document.lab);
    }
    let head = format!("{} {}/{}: {}", check.id, check.score, check.max_score, check.message);
    let picture = entry.pictures.get(&check.id).map_or(String::new(), |place| {
        format!("<p><a href=\"{}\">The picture of this interleaving</a></p>\n", text(place))
    });
    match story.is_empty() {
        true => format!("<p>{}</p>\n{picture}", text(&head)),
        false => {
            let (head, story) = (text(&head), text(&story));
            format!("<details><summary>{head}</summary>\n{picture}<pre>{story}</pre></details>\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_student_wrote_is_text() {
        let safe = text("<script>\"x\" & 'y'</script>\u{1b}[2J\u{202e}\n");
        assert_eq!(safe, "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;\u{fffd}[2J\u{fffd}\n");
    }
}
