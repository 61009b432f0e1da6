//! Plots as SVG: one file with nothing from elsewhere, readable on light and dark pages and in print.
//!
//! Two forms: [`lines`], for what changes with a size (a line a series, its name beside its end), and [`ladder`], for
//! what compares things that have names (a row each). Series differ in shape and dashes as well as in colour, names stand
//! beside what they name and not in a legend, and a linear axis begins at zero. Everything here is a function of its
//! arguments: whoever measures, judges and words a result does it elsewhere.

pub mod axis;
mod draw;
mod labels;
mod ladder;
mod lines;
mod number;

pub use axis::{Axis, Scale};
pub use ladder::ladder;
pub use lines::lines;
pub use number::Unit;

/// One measured value: where the middle is, and from where to where the samples went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The value shown, usually a median.
    pub mid: f64,
    /// The lower end of the spread bar.
    pub low: f64,
    /// The upper end of the spread bar.
    pub high: f64,
}

impl Spread {
    /// A value without a spread: counted, not measured.
    pub fn exact(value: f64) -> Spread {
        Spread { mid: value, low: value, high: value }
    }
}

/// What belongs together in a line plot: a line with its name at its end.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name; keep it below some 24 letters.
    pub name: String,
    /// The points as (x, y), in the order in which the line takes them.
    pub points: Vec<(f64, Spread)>,
}

/// A line plot.
#[derive(Clone, Debug)]
pub struct Lines {
    /// What it shows, above the drawing.
    pub title: String,
    /// How it was measured and what to know about it, below the drawing; wrapped.
    pub notes: Vec<String>,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Horizontal lines with a name: limits, break-even.
    pub rules: Vec<(f64, String)>,
    /// The lines; from nine on, colours and shapes repeat.
    pub series: Vec<Series>,
    /// Words above places (x, y): what single points are about.
    pub tags: Vec<(f64, f64, String)>,
}

/// A row of a ladder.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// Which series it belongs to: the colour and shape of its mark.
    pub series: usize,
    /// The value; `None` when there is none, and the text says why.
    pub value: Option<Spread>,
    /// What stands beside the mark, as the value in words; for a row without a value, why there is none.
    pub text: String,
}

/// A ladder: a mark a row on a common axis.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// What it shows, above the drawing.
    pub title: String,
    /// How it was measured and what to know about it, below the drawing; wrapped.
    pub notes: Vec<String>,
    /// From left to right.
    pub x: Axis,
    /// Vertical lines with a name.
    pub rules: Vec<(f64, String)>,
    /// From top to bottom.
    pub rows: Vec<Row>,
}

#[cfg(test)]
mod tests;
