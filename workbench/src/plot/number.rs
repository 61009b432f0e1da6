//! Numbers as people read them: three digits and a unit of the right size. Tables and plots use the same.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing in particular.
    Plain,
    /// Things: 1 k is a thousand.
    Count,
    /// Time, given in nanoseconds.
    Nanoseconds,
    /// Events a second.
    PerSecond,
    /// Times as much.
    Ratio,
    /// Percent, given as such.
    Percent,
}

impl Unit {
    /// The number with its unit: `1.5 µs`, `2.3 M/s`, `1.02×`.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Plain => digits(value),
            Unit::Count => scaled(value, &[(1e9, " G"), (1e6, " M"), (1e3, " k"), (1.0, "")]),
            Unit::Nanoseconds => scaled(value, &[(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1.0, " ns")]),
            Unit::PerSecond => scaled(value, &[(1e9, " G/s"), (1e6, " M/s"), (1e3, " k/s"), (1.0, "/s")]),
            Unit::Ratio => format!("{}×", digits(value)),
            Unit::Percent => format!("{} %", digits(value)),
        }
    }
}

fn scaled(value: f64, steps: &[(f64, &str)]) -> String {
    // 999.6 shows three digits as 1000: the next unit is meant from there on.
    let step = steps.iter().find(|(size, _)| value.abs() >= size * 0.9995).or(steps.last());
    let (size, name) = *step.expect("every unit has a step");
    format!("{}{name}", digits(value / size))
}

/// Three significant digits without trailing zeros; all digits before the point are kept.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let before = value.abs().log10().floor() as i32 + 1;
    let after = (3 - before).clamp(0, 9) as usize;
    let text = format!("{value:.after$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_the_right_unit() {
        for (unit, value, text) in [
            (Unit::Nanoseconds, 0.31, "0.31 ns"),
            (Unit::Nanoseconds, 200.0, "200 ns"),
            (Unit::Nanoseconds, 999.7, "1 µs"),
            (Unit::Nanoseconds, 1_536.0, "1.54 µs"),
            (Unit::Nanoseconds, 1e7, "10 ms"),
            (Unit::Nanoseconds, 2.5e11, "250 s"),
            (Unit::PerSecond, 4_123_456.0, "4.12 M/s"),
            (Unit::PerSecond, 0.0, "0/s"),
            (Unit::Count, 12.0, "12"),
            (Unit::Count, 12_345.0, "12.3 k"),
            (Unit::Ratio, 1.0, "1×"),
            (Unit::Ratio, 34.04, "34×"),
            (Unit::Percent, -2.71234, "-2.71 %"),
            (Unit::Plain, 1e-12, "0"),
            (Unit::Plain, 12_345.6, "12346"),
        ] {
            assert_eq!(unit.show(value), text);
        }
    }
}
