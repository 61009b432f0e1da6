//! What both forms of plots are drawn with: the frame, texts, marks, spread bars.

use super::axis::{Axis, Ruler};
use super::{Scale, Spread};

/// Width of a plot in its own units: pixels at natural size.
pub const WIDTH: f64 = 760.0;
/// Between the drawing's edge and anything.
pub const MARGIN: f64 = 14.0;
/// Where the drawing begins, below the title.
pub const HEAD: f64 = 62.0;
/// Height of a line of text.
pub const TEXT: f64 = 17.0;
/// Between an axis and its label, marks included.
pub const BELOW_AXIS: f64 = 42.0;
/// Series that look different from each other.
const LOOKS: usize = 8;
/// Letters of a note in one line.
const NOTE_LETTERS: usize = 112;

/// A text as it may stand in SVG.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, c| {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            // Control characters have no place in XML, not even escaped.
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
        safe
    })
}

/// About how wide a text is.
pub fn width(text: &str) -> f64 {
    text.chars().count() as f64 * 7.9
}

/// The class of a series' look.
pub fn look(series: usize) -> String {
    format!("s{}", series % LOOKS)
}

pub fn text(class: &str, x: f64, y: f64, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", escape(text))
}

pub fn segment(class: &str, from: (f64, f64), to: (f64, f64)) -> String {
    format!("<path class=\"{class}\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>\n", from.0, from.1, to.0, to.1)
}

/// A series' mark: the shape tells series apart where colours do not.
pub fn mark(series: usize, x: f64, y: f64) -> String {
    let path = match series % 4 {
        0 => "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
        1 => "m-4 -4h8v8h-8z",
        2 => "m0 -5.2l5 9h-10z",
        _ => "m0 -5.6l5.6 5.6l-5.6 5.6l-5.6 -5.6z",
    };
    format!("<path class=\"mark\" d=\"M{x:.1} {y:.1}{path}\"/>\n")
}

/// Whether a spread bar would be seen at all beside its mark.
fn visible(from: f64, to: f64) -> bool {
    (to - from).abs() > 1.0
}

/// A bar with caps over the spread of a value: along x when `across`, else along y.
pub fn spread_bar(at: f64, ruler: &Ruler, axis: &Axis, value: &Spread, across: bool) -> String {
    let end = |v: f64| ruler.place(if axis.takes(v) { v } else { value.mid });
    let (from, to) = (end(value.low), end(value.high));
    if !visible(from, to) {
        return String::new();
    }
    let (low, high) = (at - 3.0, at + 3.0);
    let path = match across {
        true => format!("M{from:.1} {low:.1}V{high:.1}M{from:.1} {at:.1}H{to:.1}M{to:.1} {low:.1}V{high:.1}"),
        false => format!("M{low:.1} {from:.1}H{high:.1}M{at:.1} {from:.1}V{to:.1}M{low:.1} {to:.1}H{high:.1}"),
    };
    format!("<path class=\"spread\" d=\"{path}\"/>\n")
}

/// The axis' label with what its scale means for reading it.
pub fn axis_label(axis: &Axis) -> String {
    match axis.scale {
        Scale::Log if axis.named.is_empty() => format!("{} (equal steps are equal factors)", axis.label),
        _ => axis.label.clone(),
    }
}

/// Grid lines and marks of a horizontal axis at `bottom`, with its label below.
pub fn x_axis(axis: &Axis, ruler: &Ruler, top: f64, bottom: f64, from: f64, to: f64) -> String {
    let mut svg = String::new();
    for (value, name) in &ruler.marks {
        let x = ruler.place(*value);
        svg += &segment("grid", (x, top), (x, bottom));
        svg += &text("soft middle", x, bottom + TEXT, name);
    }
    svg += &segment("grid", (from, bottom), (to, bottom));
    svg + &text("soft middle", (from + to) / 2.0, bottom + BELOW_AXIS - 5.0, &axis_label(axis))
}

/// The whole file: style, title for readers and screen readers, the drawing, the notes below it.
pub fn frame(title: &str, notes: &[String], described: &str, bottom: f64, drawing: &str) -> String {
    let notes: Vec<String> = notes.iter().flat_map(|n| wrap(n, NOTE_LETTERS)).collect();
    let height = bottom + BELOW_AXIS + notes.len() as f64 * TEXT + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<style>\n{}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height:.0}\"/>\n",
        escape(title),
        escape(described),
        include_str!("style.css"),
    );
    svg += &text("title", MARGIN, MARGIN + 14.0, title);
    svg += drawing;
    for (at, note) in notes.iter().enumerate() {
        svg += &text("note", MARGIN, bottom + BELOW_AXIS + TEXT * (at as f64 + 0.8), note);
    }
    svg + "</svg>\n"
}

/// The text in lines of at most `letters`, where words allow.
fn wrap(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > letters {
            lines.push(word.to_owned());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
