//! Line plots: what changes with a size.

use super::axis::Ruler;
use super::draw::{self, HEAD, MARGIN, TEXT, WIDTH};
use super::labels::apart;
use super::{Lines, Series, Spread};

/// Height of the drawing between its axes.
const HEIGHT: f64 = 330.0;
/// Between the drawing and the names at its right.
const TO_NAME: f64 = 14.0;

struct Layout {
    x: Ruler,
    y: Ruler,
    left: f64,
    right: f64,
    bottom: f64,
}

/// The plot as an SVG file. A point without a place on an axis (not finite, or not above zero on a logarithmic one)
/// is left out, and a note says how many were.
pub fn lines(plot: &Lines) -> String {
    let layout = layout(plot);
    let mut drawing = draw::text("soft", MARGIN, HEAD - 16.0, &draw::axis_label(&plot.y));
    drawing += &draw::x_axis(&plot.x, &layout.x, HEAD, layout.bottom, layout.left, layout.right);
    for (value, name) in &layout.y.marks {
        let y = layout.y.place(*value);
        drawing += &draw::segment("grid", (layout.left, y), (layout.right, y));
        drawing += &draw::text("soft right", layout.left - 8.0, y + 4.5, name);
    }
    for (value, name) in plot.rules.iter().filter(|(v, _)| plot.y.takes(*v)) {
        let y = layout.y.place(*value);
        drawing += &draw::segment("rule", (layout.left, y), (layout.right, y));
        drawing += &draw::text("soft", layout.left + 6.0, y - 5.0, name);
    }
    let drawn: Vec<Vec<(f64, Spread)>> = plot.series.iter().map(|s| with_place(plot, s)).collect();
    let ends: Vec<f64> = drawn.iter().map(|points| end(&layout, points)).collect();
    let names = apart(&ends, TEXT, HEAD + 4.0, layout.bottom);
    for (at, series) in plot.series.iter().enumerate() {
        drawing += &one(plot, &layout, at, series, &drawn[at], names[at]);
    }
    for (x, y, words) in plot.tags.iter().filter(|(x, y, _)| plot.x.takes(*x) && plot.y.takes(*y)) {
        drawing += &draw::text("note middle", layout.x.place(*x), layout.y.place(*y) - 9.0, words);
    }
    let left_out: usize = plot.series.iter().zip(&drawn).map(|(s, d)| s.points.len() - d.len()).sum();
    let mut notes = plot.notes.clone();
    if left_out > 0 {
        notes.push(format!("Left out: {left_out} points that have no place on these axes."));
    }
    draw::frame(&plot.title, &notes, &described(plot), layout.bottom, &drawing)
}

fn layout(plot: &Lines) -> Layout {
    let bottom = HEAD + HEIGHT;
    let names = plot.series.iter().map(|s| draw::width(&s.name)).fold(0.0, f64::max);
    let right = WIDTH - MARGIN - TO_NAME - names;
    let points = || plot.series.iter().flat_map(|s| &s.points);
    let heights = points().flat_map(|(_, s)| [s.mid, s.low, s.high]).chain(plot.rules.iter().map(|(v, _)| *v));
    let y = Ruler::new(&plot.y, heights, bottom, HEAD);
    let left = MARGIN + 10.0 + y.marks.iter().map(|(_, name)| draw::width(name)).fold(0.0, f64::max);
    Layout { x: Ruler::new(&plot.x, points().map(|(x, _)| *x), left, right), y, left, right, bottom }
}

fn with_place(plot: &Lines, series: &Series) -> Vec<(f64, Spread)> {
    series.points.iter().copied().filter(|(x, s)| plot.x.takes(*x) && plot.y.takes(s.mid)).collect()
}

/// How high a line ends; the middle of the drawing when it has no points.
fn end(layout: &Layout, points: &[(f64, Spread)]) -> f64 {
    points.last().map_or((HEAD + layout.bottom) / 2.0, |(_, s)| layout.y.place(s.mid))
}

fn one(plot: &Lines, layout: &Layout, at: usize, series: &Series, points: &[(f64, Spread)], name_at: f64) -> String {
    let places: Vec<(f64, f64)> = points.iter().map(|(x, s)| (layout.x.place(*x), layout.y.place(s.mid))).collect();
    let mut svg = format!("<g class=\"{}\">\n", draw::look(at));
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    if path.len() > 1 {
        svg += &format!("<path class=\"line\" d=\"M{}\"/>\n", path.join("L"));
    }
    for ((_, spread), (x, y)) in points.iter().zip(&places) {
        svg += &draw::spread_bar(*x, &layout.y, &plot.y, spread, false);
        svg += &draw::mark(at, *x, *y);
    }
    if let Some((x, y)) = places.last() {
        svg += &draw::segment("leader", (x + 5.0, *y), (layout.right + TO_NAME - 3.0, name_at));
    }
    let name = if places.is_empty() { format!("{} (none)", series.name) } else { series.name.clone() };
    svg + &draw::text("name", layout.right + TO_NAME, name_at + 4.5, &name) + "</g>\n"
}

/// The plot in words, for those who do not see it.
fn described(plot: &Lines) -> String {
    let points = |s: &Series| {
        let all = s.points.iter().map(|(x, s)| format!("{} at {}", plot.y.unit.show(s.mid), name_of(plot, *x)));
        all.collect::<Vec<_>>().join(", ")
    };
    let series = plot.series.iter().map(|s| format!("{}: {}.", s.name, points(s)));
    format!("{} against {}. {}", plot.y.label, plot.x.label, series.collect::<Vec<_>>().join(" "))
}

fn name_of(plot: &Lines, x: f64) -> String {
    let named = plot.x.named.iter().find(|(value, _)| *value == x);
    named.map_or_else(|| plot.x.unit.show(x), |(_, name)| name.clone())
}
