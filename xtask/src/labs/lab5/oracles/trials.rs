//! Lab 5's judge of `measure`, on trials whose times are known.

use shared::baton::Action;
use shared::boards::lab5::tag;

use super::evidence::{panicked, told};
use crate::labs::lab5::scenarios::{SCRIPTS, Script};
use crate::labs::{Finding, Scenario};
use crate::search::clock::Timed;

pub fn measure(_: &Scenario, timed: &Timed) -> Option<Finding> {
    SCRIPTS.iter().enumerate().find_map(|(worker, script)| {
        let (warmup, repeats) = (script.warmup.len(), script.repeats.len());
        let call = format!("measure(trial, {warmup}, {repeats})");
        if let Some(finding) = panicked(&timed.steps, worker, &call) {
            return Some(finding);
        }
        let trials = timed.steps.iter().filter(|s| s.worker == worker && s.did(Action::Compute)).count();
        if trials != warmup + repeats {
            let message = format!("{call} runs {trials} trials, wanted {warmup} to warm up and {repeats} that count");
            return Some(Finding::new(message));
        }
        let said = tag::STATS.map(|tag| told(&timed.steps, worker, tag).map(f64::from_bits));
        let [Some(fastest), Some(median), Some(slowest)] = said else {
            return Some(Finding::new(format!("{call} does not return")));
        };
        wrong_stats(script, [fastest, median, slowest]).map(|why| {
            let times = format!("{:?} after warm-ups of {:?}", script.repeats, script.warmup);
            Finding::new(format!("{call}, trials taking {times}: {why}"))
        })
    })
}

fn wrong_stats(script: &Script, [fastest, median, slowest]: [f64; 3]) -> Option<String> {
    let mut sorted: Vec<f64> = script.repeats.iter().map(|time| *time as f64).collect();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    let middle = [sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]];
    if !(middle[0]..=middle[1]).contains(&median) {
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        let what = match median {
            m if (m - mean).abs() < 0.5 => ", which is the mean",
            m if m == least => ", which is the fastest",
            _ => "",
        };
        let wanted =
            if middle[0] == middle[1] { format!("{}", middle[0]) } else { format!("{} to {}", middle[0], middle[1]) };
        return Some(format!("the median is {median}{what}; wanted {wanted}"));
    }
    if fastest != least {
        return Some(format!("the fastest is {fastest}, wanted {least}"));
    }
    (slowest != most).then(|| format!("the slowest is {slowest}, wanted {most}"))
}
