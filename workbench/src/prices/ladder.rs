//! The price list as a picture: a ladder on a logarithmic scale, each rung named where it stands.
//!
//! One drawing for light and dark: its colours follow the reader's setting.

use std::fmt::Write;

use super::catalogue::{Family, ROWS};
use super::judge::{Price, Prices};
use super::table::time;

/// Places in the drawing, in pixels.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 290.0;
const RIGHT: f64 = 110.0;
const TOP: f64 = 70.0;
const RUNG: f64 = 19.0;

/// Colours by family, light and dark: told apart by lightness as well, and named in the drawing.
const STYLE: &str = "svg{--ink:#222;--faint:#ddd;--back:#fff;--floor:#767676;--toolkit:#00629b;--peer:#b25000;\
    --python:#8a1c7c;background:var(--back);font:12px system-ui,sans-serif}\
    @media(prefers-color-scheme:dark){svg{--ink:#e6e6e6;--faint:#3a3a3a;--back:#16181c;--floor:#a0a0a0;--toolkit:#58b4ec;\
    --peer:#f2a154;--python:#e08ad3}}\
    text{fill:var(--ink)}.scale{fill:none;stroke:var(--faint)}.value{font-variant-numeric:tabular-nums}\
    .floor{fill:var(--floor);stroke:var(--floor)}.toolkit{fill:var(--toolkit);stroke:var(--toolkit)}\
    .peer{fill:var(--peer);stroke:var(--peer)}.python{fill:var(--python);stroke:var(--python)}\
    text.floor,text.toolkit,text.peer,text.python{stroke:none}.many{fill:var(--back)}";

/// One rung: a mechanism with its fewest workers, and with its most where it has several.
struct Rung<'p> {
    words: &'static str,
    family: Family,
    few: &'p Price,
    many: Option<&'p Price>,
}

/// The drawing, or nothing when there is no price.
pub fn svg(prices: &Prices, caption: &str) -> Option<String> {
    let rungs = rungs(prices);
    let all = rungs.iter().flat_map(|r| [Some(r.few.ns), r.many.map(|p| p.ns)]).flatten();
    let (low, high) = all.fold((f64::INFINITY, 0.0_f64), |(low, high), ns| (low.min(ns), high.max(ns)));
    let scale = Scale { from: low.log10().floor(), to: high.log10().ceil() };
    let height = TOP + RUNG * rungs.len() as f64 + 40.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n\
         <title>What one operation costs</title>\n<style>{STYLE}</style>\n"
    );
    text += &legend(caption);
    text += &scale.draw(height);
    for (at, rung) in rungs.iter().enumerate() {
        text += &draw(rung, &scale, TOP + RUNG * (at as f64 + 1.0));
    }
    (!rungs.is_empty()).then(|| text + "</svg>\n")
}

/// Cheapest first.
fn rungs(prices: &Prices) -> Vec<Rung<'_>> {
    let rung = |row: &'static super::catalogue::Row| {
        let all: Vec<&Price> = row.workers.iter().filter_map(|w| prices.find(row.id, *w)).collect();
        let (few, many) = (*all.first()?, all.last().copied().filter(|_| all.len() > 1));
        Some(Rung { words: row.words, family: row.family, few, many })
    };
    let mut rungs: Vec<Rung> = ROWS.iter().filter_map(rung).collect();
    rungs.sort_by(|a, b| a.few.ns.total_cmp(&b.few.ns));
    rungs
}

/// Powers of ten, in nanoseconds.
struct Scale {
    from: f64,
    to: f64,
}

impl Scale {
    fn x(&self, ns: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (ns.log10() - self.from) / (self.to - self.from).max(1.0)
    }

    fn draw(&self, height: f64) -> String {
        let mut text = String::new();
        for power in self.from as i32..=self.to as i32 {
            let ns = 10f64.powi(power);
            let (x, bottom, label) = (self.x(ns), height - 30.0, power_name(power));
            let _ = writeln!(text, "<path class=\"scale\" d=\"M{x:.1} {TOP}V{bottom:.0}\"/>");
            let _ =
                writeln!(text, "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{label}</text>", height - 14.0);
        }
        text
    }
}

fn power_name(power: i32) -> String {
    let unit = ["ns", "us", "ms", "s"][(power.max(0) / 3).min(3) as usize];
    match power {
        negative if negative < 0 => format!("{} ns", 10f64.powi(negative)),
        some => format!("{} {unit}", 10u64.pow((some - 3 * (some / 3).min(3)) as u32)),
    }
}

fn class(family: Family) -> &'static str {
    match family {
        Family::Floor => "floor",
        Family::Toolkit => "toolkit",
        Family::Peer => "peer",
        Family::Python => "python",
    }
}

fn legend(caption: &str) -> String {
    let mut text = format!("<text x=\"12\" y=\"18\">{}</text>\n<g transform=\"translate(12 40)\">", escape(caption));
    let mut x = 0;
    for family in [Family::Floor, Family::Toolkit, Family::Peer, Family::Python] {
        let class = class(family);
        let _ = write!(text, "<circle class=\"{class}\" cx=\"{}\" cy=\"-4\" r=\"4\"/>", x + 5);
        let _ = write!(text, "<text class=\"{class}\" x=\"{}\" y=\"0\">{}</text>", x + 14, escape(family.name()));
        x += 24 + 7 * family.name().len();
    }
    let _ = writeln!(text, "<text x=\"{x}\" y=\"0\">ring: most workers</text></g>");
    text
}

fn draw(rung: &Rung, scale: &Scale, y: f64) -> String {
    let (class, x) = (class(rung.family), scale.x(rung.few.ns));
    let (low, high) = (scale.x(rung.few.low), scale.x(rung.few.high));
    let mut text = format!("<g><text class=\"{class}\" x=\"12\" y=\"{:.1}\">{}</text>", y + 4.0, escape(rung.words));
    let _ = write!(text, "<path class=\"{class}\" stroke-width=\"2\" d=\"M{low:.1} {y:.1}H{high:.1}\"/>");
    let mut label = time(rung.few.ns);
    let mut end = x.max(high);
    if let Some(many) = rung.many {
        let far = scale.x(many.ns);
        let _ = write!(text, "<path class=\"{class}\" stroke-dasharray=\"2 3\" d=\"M{x:.1} {y:.1}H{far:.1}\"/>");
        let _ = write!(text, "<circle class=\"{class} many\" cx=\"{far:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
        let _ = write!(label, ", {} with {}", time(many.ns), many.workers);
        end = end.max(far);
    }
    let _ = write!(text, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>");
    // On the side where there is room.
    let (at, anchor) = if end < WIDTH - 190.0 { (end + 9.0, "start") } else { (x.min(low) - 9.0, "end") };
    let _ = writeln!(
        text,
        "<text class=\"value\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text></g>",
        y + 4.0
    );
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::judge::judge;
    use crate::prices::observe::{Observed, Sample};

    fn prices(list: &[(&'static str, usize, u64)]) -> Prices {
        let sample = |(row, workers, ns): &(&'static str, usize, u64)| Sample {
            row,
            workers: *workers,
            round: 0,
            spans: vec![(0, ns * 100, 100)],
            probes: (50, 50),
        };
        judge(Observed { samples: list.iter().map(sample).collect(), missed: Vec::new(), foreign: vec![0.0] })
    }

    #[test]
    fn rungs_stand_in_order_on_a_logarithmic_scale() {
        let text = svg(&prices(&[("syscall", 1, 100), ("lock", 1, 10), ("lock", 4, 1_000)]), "A < B").expect("prices");
        let (lock, call) = (text.find("Lock: lock").expect("a rung"), text.find("system call").expect("a rung"));
        assert!(lock < call, "the cheaper one comes first");
        assert!(text.contains("10.0 ns, 1.00 us with 4") && text.contains(">100 ns<"), "{text}");
        assert!(text.contains("A &lt; B") && text.contains("prefers-color-scheme:dark"));
        assert!(svg(&prices(&[]), "").is_none());
    }

    #[test]
    fn each_power_of_ten_is_as_far_from_the_next() {
        let scale = Scale { from: 0.0, to: 4.0 };
        assert!((scale.x(100.0) - scale.x(10.0) - (scale.x(10_000.0) - scale.x(1_000.0))).abs() < 1e-9);
        assert_eq!(
            [-1, 0, 2, 3, 5, 6, 9].map(power_name),
            ["0.1 ns", "1 ns", "100 ns", "1 us", "100 us", "1 ms", "1 s"]
        );
    }
}
