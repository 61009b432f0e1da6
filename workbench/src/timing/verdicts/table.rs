//! How often each method was wrong, in Markdown: as the terminal shows it and as the book prints it.

use std::fmt::Write;

use super::methods::{METHODS, Method};
use super::{LOADS, PROGRAMS, Rates};

/// What our vote says about every program beside every load.
pub fn of_the_vote(rates: &[Rates]) -> String {
    let mut text =
        String::from("| beside | program | pass | slower | inconclusive | pairs |\n|---|---|---|---|---|---|\n");
    for r in rates.iter().filter(|r| r.method == Method::Vote) {
        let [pass, fail, open] = [r.pass, r.fail, r.inconclusive].map(percent);
        let _ = writeln!(text, "| {} | {} | {pass} | {fail} | {open} | {:.1} |", r.load, r.program.name, r.pairs);
    }
    text
}

/// A method a line: its worst false fail and false pass beside every load, and how often it says nothing.
pub fn of_methods(rates: &[Rates]) -> String {
    let mut text = String::from("| method |");
    LOADS.iter().for_each(|load| text += &format!(" {load}: false fail / false pass / inconclusive |"));
    text += "\n|---|---|---|---|---|\n";
    for method in METHODS {
        let _ = write!(text, "| {} |", method.name());
        for load in LOADS {
            let worst = Worst::of(rates.iter().filter(|r| r.method == method && r.load == load));
            let [fail, pass, open] = [worst.false_fail, worst.false_pass, worst.inconclusive].map(percent);
            let _ = write!(text, " {fail} / {pass} / {open} |");
        }
        text.push('\n');
    }
    text
}

/// The worst of several programs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worst {
    /// Honest code that was called slower.
    pub false_fail: f64,
    /// Slow or serialised code that passed.
    pub false_pass: f64,
    /// Verdicts that said nothing, about programs that deserve one.
    pub inconclusive: f64,
}

impl Worst {
    /// Of these rates.
    pub fn of<'a>(rates: impl Iterator<Item = &'a Rates>) -> Worst {
        let mut worst = Worst::default();
        for r in rates {
            match r.program.honest() {
                Some(true) => worst.false_fail = worst.false_fail.max(r.fail),
                Some(false) => worst.false_pass = worst.false_pass.max(r.pass),
                None => continue,
            }
            worst.inconclusive = worst.inconclusive.max(r.inconclusive);
        }
        worst
    }
}

/// Small shares are the ones that matter: they are not rounded to nothing.
fn percent(share: f64) -> String {
    match 100.0 * share {
        0.0 => "0".to_owned(),
        small if small < 0.095 => format!("{small:.2} %"),
        some if some < 99.95 => format!("{some:.1} %"),
        _ => "100 %".to_owned(),
    }
}

/// What stands under the tables: which programs count as what.
pub fn legend() -> String {
    let names = |wanted| {
        let some = PROGRAMS.iter().filter(|p| p.honest() == wanted).map(|p| p.name.to_owned());
        crate::story::words::list(some)
    };
    format!(
        "Programs are named by their true time over the reference's; `serialised` works while it holds the lock.\n\
         A false fail is `slower` for {}; a false pass is any pass of {}; the worst program counts.\n\
         For {} no wall clock can tell: they only stand in the vote's own table.",
        names(Some(true)),
        names(Some(false)),
        names(None)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(name: &str, pass: f64, fail: f64) -> Rates {
        let program = PROGRAMS.into_iter().find(|p| p.name == name).expect("a program of the table");
        Rates { load: "quiet", program, method: Method::Vote, pass, fail, inconclusive: 1.0 - pass - fail, pairs: 5.0 }
    }

    #[test]
    fn the_worst_program_counts_and_undecidable_ones_do_not() {
        let rates = [rate("1.0", 1.0, 0.0), rate("1.2", 0.75, 0.25), rate("1.5", 0.0, 1.0), rate("2", 0.5, 0.5)];
        let worst = Worst::of(rates.iter());
        assert_eq!(worst, Worst { false_fail: 0.25, false_pass: 0.5, inconclusive: 0.0 });
        assert!(of_methods(&rates).contains("| gated vote (ours) | 25.0 % / 50.0 % / 0 |"));
        assert!(of_the_vote(&rates).contains("| quiet | 1.2 | 75.0 % | 25.0 % | 0 | 5.0 |"));
    }

    #[test]
    fn small_shares_are_not_rounded_to_nothing() {
        assert_eq!([0.0, 0.000_1, 0.01, 0.999, 1.0].map(percent), ["0", "0.01 %", "1.0 %", "99.9 %", "100 %"]);
    }

    #[test]
    fn the_legend_names_every_program() {
        let legend = legend();
        assert!(PROGRAMS.iter().all(|p| legend.contains(p.name)), "{legend}");
    }
}
