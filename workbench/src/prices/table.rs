//! The price list as a table for terminals.

use std::fmt::Write;

use super::catalogue::{Family, ROWS, Row};
use super::judge::{Price, Prices};

/// The whole list: a block a family, a line a row, a column a number of workers.
pub fn render(prices: &Prices) -> String {
    let mut text = String::new();
    for family in [Family::Floor, Family::Toolkit, Family::Peer, Family::Python] {
        let rows = ROWS.iter().filter(|row| row.family == family);
        let lines: Vec<String> = rows.filter_map(|row| line(prices, row)).collect();
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "{:<38}{:>11}{:>11}{:>11}{:>9}{:>10}{:>14}",
            family.name(),
            "1 worker",
            "2",
            "4",
            "spread",
            "x floor",
            "vs Python"
        );
        lines.iter().for_each(|line| text += line);
        text.push('\n');
    }
    text + &remarks(prices)
}

fn line(prices: &Prices, row: &Row) -> Option<String> {
    let all: Vec<&Price> = row.workers.iter().filter_map(|w| prices.find(row.id, *w)).collect();
    let first = all.first()?;
    let cell = |workers| prices.find(row.id, workers).map_or(String::new(), |p| time(p.ns));
    let spread = format!("±{:.0} %", 50.0 * (first.high - first.low) / first.ns);
    let floor = first.to_floor.map_or(String::new(), |ratio| format!("{ratio:.1}"));
    let python = first.python_to_this.map_or(String::new(), versus);
    let cells = format!("{:>11}{:>11}{:>11}", cell(1), cell(2), cell(4));
    let mut text = format!("  {:<36}{cells}{spread:>9}{floor:>10}{python:>14}\n", row.words);
    // Shown where the distance of the processors makes a price another price.
    for price in all {
        if let (Some(near), Some(far)) = (price.near, price.far)
            && (far / near > 1.5 || near / far > 1.5)
        {
            let _ = writeln!(text, "      with {}: near {}, far {}", price.workers, time(near), time(far));
        }
    }
    Some(text)
}

/// How many times cheaper than Python's original, in words.
pub fn versus(ratio: f64) -> String {
    if ratio >= 1.0 { format!("{ratio:.1}x less") } else { format!("{:.1}x MORE", 1.0 / ratio) }
}

/// A time with three digits that mean something.
pub fn time(ns: f64) -> String {
    let (number, unit) = match ns {
        tiny if tiny < 1e3 => (tiny, "ns"),
        small if small < 1e6 => (small / 1e3, "us"),
        large => (large / 1e6, "ms"),
    };
    match number {
        n if n < 10.0 => format!("{n:.2} {unit}"),
        n if n < 100.0 => format!("{n:.1} {unit}"),
        n => format!("{n:.0} {unit}"),
    }
}

fn remarks(prices: &Prices) -> String {
    let mut text = String::from(
        "One operation: the time divided by what all workers together did in it. Where it falls with more workers, they do not\n\
         disturb each other; where it rises, all of them together do less than one alone. Round trips and meetings count once.\n\
         Spread: half the distance between the quartiles. x floor, vs Python: medians of the rounds' ratios, fewest workers.\n",
    );
    match (prices.all_busy, prices.busy_rounds) {
        (true, _) => text += "Other programs used the processors all the time: trust the ratios, not the times.\n",
        (false, 0) => {}
        (false, busy) => {
            let _ = writeln!(text, "{busy} rounds were left out because other programs used the processors.");
        }
    }
    for (row, workers, why) in &prices.missed {
        let _ = writeln!(text, "Not measured: {row} with {workers}: {why}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::judge::Placement;

    fn price(row: &'static str, workers: usize, ns: f64) -> Price {
        let samples = vec![(ns, Placement::Near)];
        let (near, far) = (Some(ns), Some(ns * 4.0));
        Price {
            row,
            workers,
            ns,
            low: ns * 0.9,
            high: ns * 1.1,
            near,
            far,
            to_floor: Some(2.0),
            python_to_this: Some(0.5),
            samples,
        }
    }

    #[test]
    fn a_line_shows_every_number_of_workers_and_the_ratios() {
        let prices = vec![price("lock", 1, 10.04), price("lock", 4, 1_234.0)];
        let missed = vec![("lock", 2, "no end within 10 s".to_owned())];
        let text = render(&Prices { prices, rounds: 1, busy_rounds: 2, all_busy: false, missed });
        let line = text.lines().find(|l| l.contains("Lock: lock, unlock")).expect("its line");
        let words: Vec<&str> = line.split_whitespace().skip(3).collect();
        assert_eq!(words.join(" "), "10.0 ns 1.23 us ±10 % 2.0 2.0x MORE");
        assert!(text.contains("with 4: near 1.23 us, far 4.94 us"), "{text}");
        assert!(
            text.contains("2 rounds were left out") && text.contains("Not measured: lock with 2: no end"),
            "{text}"
        );
        assert!(!text.contains("Barrier"), "rows without a price are left out");
    }

    #[test]
    fn times_have_three_digits() {
        let all = [0.254, 9.99, 54.3, 448.2, 1_702.0, 22_900.0, 9_500_000.0].map(time);
        assert_eq!(all, ["0.25 ns", "9.99 ns", "54.3 ns", "448 ns", "1.70 us", "22.9 us", "9.50 ms"]);
    }
}
