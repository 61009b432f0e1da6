//! Ladders: things with names on one axis, a row each.

use super::axis::Ruler;
use super::draw::{self, HEAD, MARGIN, WIDTH};
use super::{Ladder, Row};

/// Height of a row.
const ROW: f64 = 25.0;

/// The ladder as an SVG file. A row without a value, or with one that has no place on the axis, has its text but no mark.
pub fn ladder(plot: &Ladder) -> String {
    let bottom = HEAD + ROW * plot.rows.len() as f64;
    let widest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|t| draw::width(t)).fold(0.0, f64::max);
    let left = MARGIN + 14.0 + widest(&mut plot.rows.iter().map(|r| &r.name));
    let right = WIDTH - MARGIN - 14.0 - widest(&mut plot.rows.iter().map(|r| &r.text));
    let values = plot.rows.iter().filter_map(|r| r.value).flat_map(|s| [s.mid, s.low, s.high]);
    let ruler = Ruler::new(&plot.x, values.chain(plot.rules.iter().map(|(v, _)| *v)), left, right);
    let mut drawing = draw::x_axis(&plot.x, &ruler, HEAD, bottom, left, right);
    for (value, name) in plot.rules.iter().filter(|(v, _)| plot.x.takes(*v)) {
        let x = ruler.place(*value);
        drawing += &draw::segment("rule", (x, HEAD - 4.0), (x, bottom));
        drawing += &draw::text("soft middle", x, HEAD - 9.0, name);
    }
    for (at, row) in plot.rows.iter().enumerate() {
        drawing += &one(plot, &ruler, row, HEAD + ROW * (at as f64 + 0.5), (left, right));
    }
    draw::frame(&plot.title, &plot.notes, &described(plot), bottom, &drawing)
}

fn one(plot: &Ladder, ruler: &Ruler, row: &Row, y: f64, (left, right): (f64, f64)) -> String {
    let mut svg = format!("<g class=\"{}\">\n", draw::look(row.series));
    svg += &draw::text("right", left - 10.0, y + 4.5, &row.name);
    match row.value.filter(|s| plot.x.takes(s.mid)) {
        Some(spread) => {
            let x = ruler.place(spread.mid);
            svg += &draw::segment("leader", (x + 6.0, y), (right + 8.0, y));
            svg += &draw::spread_bar(y, ruler, &plot.x, &spread, true);
            svg += &draw::mark(row.series, x, y);
            svg += &draw::text("name", right + 12.0, y + 4.5, &row.text);
        }
        None => svg += &draw::text("soft", right + 12.0, y + 4.5, &row.text),
    }
    svg + "</g>\n"
}

/// The ladder in words, for those who do not see it.
fn described(plot: &Ladder) -> String {
    let rows: Vec<String> = plot.rows.iter().map(|r| format!("{}: {}.", r.name, r.text)).collect();
    format!("{}. {}", plot.x.label, rows.join(" "))
}
