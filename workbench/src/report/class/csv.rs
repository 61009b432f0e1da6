//! `grades.csv`: a row a submission, a column a check (RFC 4180).

use serde::Serialize;

use super::Entry;
use crate::labs::Lab;
use crate::report::result::{Document, Status};

/// The table.
pub fn render(lab: &Lab, entries: &[Entry]) -> String {
    let checks = std::iter::once("build").chain(lab.checks.iter().map(|c| c.id));
    let head = ["submission", "state", "score", "max_score", "verdict", "confirmed"].into_iter();
    let mut lines = vec![line(head.chain(checks).chain(["speed", "same_files_as", "note"]).map(str::to_owned))];
    lines.extend(entries.iter().map(|entry| line(row(lab, entry).into_iter())));
    lines.concat()
}

fn row(lab: &Lab, entry: &Entry) -> Vec<String> {
    let mut cells = vec![entry.name.clone()];
    match &entry.result {
        Some(document) => cells.extend(graded(lab, document)),
        None => {
            cells.push("missing".into());
            cells.resize(cells.len() + 6 + lab.checks.len(), String::new());
        }
    }
    cells.push(entry.same_files_as.join("; "));
    let build = entry.result.as_ref().and_then(|d| d.checks.iter().find(|c| c.id == "build"));
    let unbuilt = build.filter(|c| c.status == Status::Fail).map(|c| c.message.clone());
    cells.push(entry.missing.clone().or(unbuilt).unwrap_or_default());
    cells
}

fn graded(lab: &Lab, document: &Document) -> Vec<String> {
    let mut cells = vec![
        "graded".to_owned(),
        document.score.to_string(),
        document.max_score.to_string(),
        word(&document.verdict),
        document.confirmed.to_string(),
    ];
    let of = |id: &str| document.checks.iter().find(|c| c.id == id);
    cells.push(of("build").map_or(String::new(), |c| word(&c.status)));
    cells.extend(lab.checks.iter().map(|c| of(c.id).map_or(String::new(), |c| c.score.to_string())));
    cells.push(word(&document.wall.outcome));
    cells
}

/// The word that the JSON document uses.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A spreadsheet takes a cell that begins like a formula for one: a quote in front makes it text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    let plain = !text.contains([',', '"', '\n', '\r']);
    if plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.map(|c| cell(&c)).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_cell() {
        let cells = ["a", "b,c", "say \"x\"", "two\nlines", "=1+1"].map(str::to_owned);
        assert_eq!(line(cells.into_iter()), "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",'=1+1\r\n");
    }
}
