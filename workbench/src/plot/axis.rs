//! Axes: from values to places, and which values get a mark.

use super::Unit;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps; begins at zero, so that lengths can be compared.
    Linear,
    /// Equal factors; has no place for zero and below.
    Log,
}

/// An axis of a plot.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it counts, in words.
    pub label: String,
    /// How values become places.
    pub scale: Scale,
    /// How its numbers are written.
    pub unit: Unit,
    /// Marks with names of their own; when empty, round numbers are marked.
    pub named: Vec<(f64, String)>,
}

impl Axis {
    /// An axis with marks at round numbers.
    pub fn new(label: &str, scale: Scale, unit: Unit) -> Axis {
        Axis { label: label.to_owned(), scale, unit, named: Vec::new() }
    }

    /// Whether a value has a place on it.
    pub fn takes(&self, value: f64) -> bool {
        value.is_finite() && (self.scale == Scale::Linear || value > 0.0)
    }
}

/// An axis laid out for its values: marks, and the places between `from` and `to`.
pub struct Ruler {
    scale: Scale,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    /// The marks: value and text.
    pub marks: Vec<(f64, String)>,
}

/// The most marks before an axis gets crowded.
const MOST_MARKS: f64 = 8.0;

impl Ruler {
    /// Lays out `axis` so that all `values` that it takes have a place between `from` and `to`.
    pub fn new(axis: &Axis, values: impl Iterator<Item = f64>, from: f64, to: f64) -> Ruler {
        let named = axis.named.iter().map(|(value, _)| *value);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.chain(named).filter(|v| axis.takes(*v)) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (1.0, 1.0);
        }
        let mut round = match axis.scale {
            Scale::Linear => linear(low.min(0.0), high.max(0.0)),
            Scale::Log => log(low, high),
        };
        (low, high) = (round[0], round[round.len() - 1]);
        round = thinned(round, axis.scale);
        let marks = match axis.named.is_empty() {
            true => round.into_iter().map(|value| (value, axis.unit.show(value))).collect(),
            false => axis.named.clone(),
        };
        Ruler { scale: axis.scale, low, high, from, to, marks }
    }

    /// The place of a value.
    pub fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, from below `low` to above `high`.
fn linear(low: f64, high: f64) -> Vec<f64> {
    let span = if high > low { high - low } else { 1.0 };
    let power = 10f64.powf((span / MOST_MARKS).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| span / s <= MOST_MARKS);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor() as i64, ((low + span) / step).ceil() as i64);
    (first..=last).map(|n| n as f64 * step).collect()
}

/// 1, 2 and 5 times powers of ten, from the last at or below `low` to the first at or above `high`.
fn log(low: f64, high: f64) -> Vec<f64> {
    let first = low.log10().floor() as i32;
    let last = high.log10().ceil() as i32 + 1;
    let all: Vec<f64> = (first..=last).flat_map(|p| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(p))).collect();
    // A hair of tolerance: 10^3 computed is not always 1000.
    let from = all.iter().rposition(|v| *v <= low * 1.000_001).unwrap_or(0);
    let to = all.iter().position(|v| *v >= high * 0.999_999).unwrap_or(all.len() - 1).max(from + 1);
    all[from..=to].to_vec()
}

/// Only powers of ten where 1, 2 and 5 of each are too many, then only every second, and so on.
fn thinned(marks: Vec<f64>, scale: Scale) -> Vec<f64> {
    if scale == Scale::Linear || marks.len() as f64 <= MOST_MARKS {
        return marks;
    }
    let power = |v: &f64| v.log10().round() as i32;
    let whole = |v: &f64| (v / 10f64.powi(power(v)) - 1.0).abs() < 1e-6;
    let decades: Vec<f64> = marks.into_iter().filter(whole).collect();
    let every = (decades.len() as f64 / MOST_MARKS).ceil() as i32;
    decades.into_iter().filter(|v| power(v).rem_euclid(every) == 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(scale: Scale, low: f64, high: f64) -> Vec<String> {
        let axis = Axis::new("", scale, Unit::Plain);
        Ruler::new(&axis, [low, high].into_iter(), 0.0, 1.0).marks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn marks_are_round_and_enclose_the_values() {
        assert_eq!(marks(Scale::Linear, 3.0, 94.0), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(marks(Scale::Linear, 0.9, 1.1), ["0", "0.2", "0.4", "0.6", "0.8", "1", "1.2"]);
        assert_eq!(marks(Scale::Linear, -3.0, 3.0), ["-3", "-2", "-1", "0", "1", "2", "3"]);
        assert_eq!(marks(Scale::Log, 3.0, 94.0), ["2", "5", "10", "20", "50", "100"]);
        assert_eq!(marks(Scale::Log, 200.0, 1e7), ["1000", "10000", "100000", "1000000", "10000000"]);
        assert_eq!(marks(Scale::Log, 1000.0, 1000.0), ["1000", "2000"]);
    }

    #[test]
    fn there_are_never_too_many_marks_and_never_none() {
        for scale in [Scale::Linear, Scale::Log] {
            for (low, high) in [(1e-9, 1e9), (0.0, 0.0), (1.0, 1.0 + 1e-9), (7.0, 7e5), (f64::NAN, f64::INFINITY)] {
                let marks = marks(scale, low, high);
                assert!((1..=10).contains(&marks.len()), "{scale:?} {low} {high}: {marks:?}");
            }
        }
    }

    #[test]
    fn places_rise_with_values_and_stay_inside() {
        for scale in [Scale::Linear, Scale::Log] {
            let axis = Axis::new("", scale, Unit::Plain);
            let values = [0.5, 1.0, 3.0, 40.0, 41.0, 900.0];
            let ruler = Ruler::new(&axis, values.into_iter(), 10.0, 90.0);
            let places = values.map(|v| ruler.place(v));
            assert!(places.windows(2).all(|p| p[0] < p[1]), "{places:?}");
            assert!(places.iter().all(|p| (10.0..=90.0).contains(p)));
        }
        // From bottom to top the places fall.
        let ruler = Ruler::new(&Axis::new("", Scale::Linear, Unit::Plain), [0.0, 10.0].into_iter(), 300.0, 20.0);
        assert_eq!((ruler.place(0.0), ruler.place(10.0)), (300.0, 20.0));
    }

    #[test]
    fn named_marks_replace_the_round_ones() {
        let named = vec![(1.0, "every".to_owned()), (1e4, "never".to_owned())];
        let axis = Axis { named: named.clone(), ..Axis::new("", Scale::Log, Unit::Plain) };
        assert_eq!(Ruler::new(&axis, [10.0].into_iter(), 0.0, 1.0).marks, named);
    }
}
