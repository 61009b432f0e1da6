//! The drawing: one lane a worker, time downwards, a box a line. Everything is measured first and drawn afterwards.

use shared::baton::Action;

use super::known::{self, Belief, Beliefs, Hold};
use super::{Picture, escape};
use crate::drive::step::What;
use crate::story::words::{self, Line};

/// Width of a lane, in the units of the drawing (pixels at natural size).
const LANE: usize = 184;
/// Between two lanes: room for the bar of a lock on the right lane's side and the mark of a line on the left one's.
const GAP: usize = 26;
const MARGIN: usize = 14;
/// Where the first line may begin, below the workers' names.
const HEAD: usize = 46;
/// Between two lines of one worker.
const PAUSE: usize = 8;
/// Between lines of different workers, where the turn passes.
const TURN: usize = 28;
const TEXT_LINE: usize = 16;
const PADDING: usize = 7;
/// Letters that fit beside the number, in a wide font.
const LETTERS: usize = 21;

/// One line of the story with its place.
struct Row<'a> {
    line: &'a Line,
    top: usize,
    /// Of the box.
    height: usize,
    /// Where the line ends, with what stands beside it.
    bottom: usize,
    words: Vec<String>,
    /// What this worker still thinks when it goes on, wrapped.
    thinks: Vec<String>,
    /// Beside the line, one a lane: what the others know.
    aside: Vec<Vec<Chip>>,
}

/// What a worker that is not going knows of one cell.
struct Chip {
    out_of_date: bool,
    words: Vec<String>,
}

/// The drawing of a story.
pub fn draw(p: &Picture, known: &[Beliefs]) -> String {
    let rows = measure(p, known);
    let height = rows.last().map_or(HEAD, |r| r.bottom) + 2 * MARGIN;
    let width = 2 * MARGIN + p.workers * LANE + p.workers.saturating_sub(1) * GAP;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\" \
         style=\"min-width:{}px;max-width:{}px\">\n",
        escape(&label(p)),
        width * 4 / 5,
        width * 5 / 4,
    );
    (0..p.workers).for_each(|w| svg += &lane(w, height));
    rows.windows(2).for_each(|pair| svg += &turn(&pair[0], &pair[1], width));
    (0..p.workers).for_each(|w| svg += &rail(w, &rows, known));
    known::holds(p.lines, p.steps).iter().for_each(|hold| svg += &bar(hold, &rows));
    for (at, row) in rows.iter().enumerate() {
        svg += &line(p, at, row);
        row.aside.iter().enumerate().for_each(|(w, chips)| svg += &aside(w, row.top, chips));
    }
    svg + "</svg>\n"
}

fn label(p: &Picture) -> String {
    let marked: Vec<usize> = p.guilty_lines();
    let marked = match marked.is_empty() {
        true => String::new(),
        false => format!(" Marked: {}.", words::list(marked.iter().map(usize::to_string))),
    };
    let (lines, workers) = (p.lines.len(), p.workers);
    format!("{lines} steps of {workers} workers, one lane a worker, time downwards.{marked} The same follows as text.")
}

fn measure<'a>(p: &Picture<'a>, known: &[Beliefs]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, line) in p.lines.iter().enumerate() {
        let (words, thinks) = (wrap(&line.text, LETTERS), thinks(p, known, at));
        let aside: Vec<Vec<Chip>> = (0..p.workers).map(|w| chips(p, known, at, w)).collect();
        let tallest = aside.iter().map(|chips| chips.iter().map(chip_height).sum()).max().unwrap_or(0);
        let height = (words.len() + thinks.len()) * TEXT_LINE + 2 * PADDING;
        let top = rows
            .last()
            .map_or(HEAD, |before| before.bottom + if before.line.worker == line.worker { PAUSE } else { TURN });
        rows.push(Row { line, top, height, bottom: top + height.max(tallest), words, thinks, aside });
    }
    rows
}

fn chip_height(chip: &Chip) -> usize {
    chip.words.len() * TEXT_LINE + PADDING + PAUSE / 2
}

/// What a worker that gets the turn back knows wrongly; a step that reads the cell finds out and needs no remark.
fn thinks(p: &Picture, known: &[Beliefs], at: usize) -> Vec<String> {
    let line = &p.lines[at];
    let Some(before) = at.checked_sub(1).filter(|b| p.lines[*b].worker != line.worker) else { return Vec::new() };
    let reads = p.steps[line.first].op().filter(|op| matches!(op.action, Action::Load | Action::LoadAcquire));
    let wrong =
        known[before][line.worker].iter().filter(|b| b.out_of_date() && reads.is_none_or(|op| op.object != b.cell));
    wrong.flat_map(|b| wrap(&super::out_of_date(p, b), LETTERS)).collect()
}

/// What to show of an idle worker beside a line: all it knows where it lost the turn, later only what changes.
fn chips(p: &Picture, known: &[Beliefs], at: usize, worker: usize) -> Vec<Chip> {
    if p.lines[at].worker == worker {
        return Vec::new();
    }
    let before = at.checked_sub(1);
    let paused = before.is_some_and(|b| p.lines[b].worker == worker);
    let changed = |belief: &&Belief| before.is_none_or(|b| !known[b][worker].contains(belief));
    let shown = known[at][worker].iter().filter(|belief| paused || changed(belief));
    shown.map(|belief| chip(p, belief)).collect()
}

fn chip(p: &Picture, belief: &Belief) -> Chip {
    let out_of_date = belief.out_of_date();
    let text = match out_of_date {
        true => super::out_of_date(p, belief),
        false => format!("knows {}", super::equals(p, belief)),
    };
    Chip { out_of_date, words: wrap(&text, LETTERS + 2) }
}

/// Breaks a text into lines of at most `most` letters; a word that is longer is cut. A no-break space does
/// what its name says.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(most) {
            if length > 0 && length + 1 + piece.len() > most {
                lines.push(String::new());
                length = 0;
            }
            let line = lines.last_mut().expect("there is always a line");
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.extend(piece);
            length += piece.len();
        }
    }
    lines
}

fn left(worker: usize) -> usize {
    MARGIN + worker * (LANE + GAP)
}

fn middle(worker: usize) -> usize {
    left(worker) + LANE / 2
}

fn lane(worker: usize, height: usize) -> String {
    let (x, middle, name) = (left(worker), middle(worker), words::worker(worker));
    let (wide, tall) = (LANE + 8, height - 12);
    format!(
        "<rect class=\"lane\" x=\"{}\" y=\"6\" width=\"{wide}\" height=\"{tall}\" rx=\"8\"/>\n\
         <text class=\"name\" x=\"{middle}\" y=\"29\">{name}</text>\n",
        x - 4
    )
}

/// The worker's own line through time, as far as it lives; dashed while something it knows is out of date.
fn rail(worker: usize, rows: &[Row], known: &[Beliefs]) -> String {
    let Some(last) = rows.iter().rposition(|r| r.line.worker == worker) else { return String::new() };
    let x = middle(worker);
    let piece = |at: usize| {
        let (from, to) = (rows[at].top, rows[at + 1].top);
        let class = if known[at][worker].iter().any(Belief::out_of_date) { "rail stale" } else { "rail" };
        format!("<path class=\"{class}\" d=\"M{x} {from}V{to}\"/>\n")
    };
    let pieces: String = (0..last).map(piece).collect();
    format!("<path class=\"rail\" d=\"M{x} 36V{}\"/>\n{pieces}", rows[0].top)
}

/// Where the turn passes: a rule across all lanes, and an arrow from the one to the other.
fn turn(before: &Row, after: &Row, width: usize) -> String {
    let (from, to) = (before.line.worker, after.line.worker);
    if from == to {
        return String::new();
    }
    let (x1, x2, top) = (middle(from), middle(to), after.top);
    let (bottom, rule) = (before.top + before.height, top - TURN / 2);
    format!(
        "<path class=\"rule\" d=\"M6 {rule}H{}\"/>\n<path class=\"turn\" d=\"M{x1} {bottom}V{rule}H{x2}V{}\"/>\n\
         <path class=\"tip\" d=\"M{} {}h12l-6 8z\"/>\n",
        width - 6,
        top - 8,
        x2 - 6,
        top - 8,
    )
}

/// A bar along the lines during which the worker holds a lock.
fn bar(hold: &Hold, rows: &[Row]) -> String {
    let (first, last) = (&rows[hold.first], &rows[hold.last]);
    let height = last.top + last.height - first.top;
    format!(
        "<rect class=\"hold\" x=\"{}\" y=\"{}\" width=\"5\" height=\"{height}\" rx=\"2\"/>\n",
        left(hold.worker) - 11,
        first.top
    )
}

fn line(p: &Picture, at: usize, row: &Row) -> String {
    let (x, y, height) = (left(row.line.worker), row.top, row.height);
    let guilty = p.guilty_lines().contains(&(at + 1));
    let class = if guilty { "box guilty" } else { "box" };
    let mut text =
        format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{LANE}\" height=\"{height}\" rx=\"6\"/>\n");
    let first = y + PADDING + 12;
    text += &format!("<text class=\"number\" x=\"{}\" y=\"{first}\">{}</text>\n", x + 22, at + 1);
    text += &lines_of_text("words", x + 29, first, &row.words);
    text += &lines_of_text("thinks", x + 29, first + row.words.len() * TEXT_LINE, &row.thinks);
    if guilty {
        text += &format!("<path class=\"mark\" d=\"M{} {}l11 -7v14z\"/>\n", x + LANE + 2, y + height / 2);
    }
    if matches!(p.steps[row.line.first].what, What::Killed(_)) {
        let (x, y) = (middle(row.line.worker) - 7, y + height + 4);
        text += &format!("<path class=\"cross\" d=\"M{x} {y}l14 14m0 -14l-14 14\"/>\n");
    }
    text
}

fn aside(worker: usize, top: usize, chips: &[Chip]) -> String {
    let mut y = top;
    let mut text = String::new();
    for chip in chips {
        let class = if chip.out_of_date { "chip stale" } else { "chip" };
        let (x, height) = (left(worker) + 6, chip.words.len() * TEXT_LINE + PADDING);
        let wide = LANE - 12;
        text +=
            &format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{height}\" rx=\"9\"/>\n");
        text += &lines_of_text(if chip.out_of_date { "thinks" } else { "knows" }, x + 10, y + 15, &chip.words);
        y += chip_height(chip);
    }
    text
}

fn lines_of_text(class: &str, x: usize, y: usize, lines: &[String]) -> String {
    let one = |(n, line): (usize, &String)| {
        format!("<text class=\"{class}\" x=\"{x}\" y=\"{}\">{}</text>\n", y + n * TEXT_LINE, escape(line))
    };
    lines.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_asked_and_no_letter_is_lost() {
        let text = "takes `a_very_long_name_without_any_break` äöü and frees it";
        let lines = wrap(text, 12);
        assert!(lines.iter().all(|l| l.chars().count() <= 12), "{lines:?}");
        let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
    }
}
